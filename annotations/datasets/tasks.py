from celery import shared_task

from annotations.datasets import services

# A large release takes hours; its lease, not a time limit, tells whether the worker is alive.
_UNLIMITED = 24 * 3600


@shared_task(name="datasets.freeze", soft_time_limit=_UNLIMITED, time_limit=_UNLIMITED + 60)
def freeze(release: str) -> None:
    services.freeze(release)


@shared_task(name="datasets.mark_withdrawn")
def mark_withdrawn(clip: str) -> None:
    services.mark(clip)


@shared_task(name="datasets.remind_of_deletions")
def remind_of_deletions() -> None:
    services.remind_of_deletions()


@shared_task(name="datasets.sweep_orphans")
def sweep_orphans() -> None:
    services.sweep_orphans()

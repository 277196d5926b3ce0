import uuid

from celery import shared_task

from annotations.privacy import services
from annotations.privacy.selectors.break_glass import glasses_of_clip

# A long log takes hours; its lease, not a time limit, tells whether the worker is alive.
_UNLIMITED = 24 * 3600


@shared_task(name="privacy.check_log", soft_time_limit=_UNLIMITED, time_limit=_UNLIMITED + 60)
def check_log(run: str) -> None:
    services.run_log_work(run)


@shared_task(name="privacy.anchor_log")
def anchor_log(run: str) -> None:
    services.run_log_work(run)


@shared_task(name="privacy.forget_answers")
def forget_answers() -> None:
    services.forget_answers()


@shared_task(name="privacy.watch_log", soft_time_limit=110, time_limit=120)
def watch_log() -> None:
    services.watch()


@shared_task(name="privacy.make_clean_copy")
def make_clean_copy(request: str) -> None:
    services.make_clean_copy(request)


@shared_task(name="privacy.end_glasses")
def end_glasses() -> None:
    """What is over by its time."""
    services.end_due_glasses()


@shared_task(name="privacy.stop_glasses")
def stop_glasses(clip: str) -> None:
    """A clip's holds changed: where it may not be seen any more, the copies are destroyed now."""
    if glasses_of_clip(uuid.UUID(clip)).exists():
        services.end_due_glasses()


@shared_task(name="privacy.sweep_orphans")
def sweep_orphans() -> None:
    services.sweep_clean_copies()
    services.sweep_exports()

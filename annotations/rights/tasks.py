from celery import shared_task

from annotations.rights import services

_UNLIMITED = 24 * 3600


@shared_task(name="rights.forget_answers")
def forget_answers() -> None:
    services.forget_answers()


# An owner's clips may be many; the lease, not a time limit, tells whether the worker is alive.
@shared_task(name="rights.erase", soft_time_limit=_UNLIMITED, time_limit=_UNLIMITED + 60)
def erase(erasure: str) -> None:
    services.erase(erasure)

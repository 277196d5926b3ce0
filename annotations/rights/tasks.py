from celery import shared_task

from annotations.rights import services

_UNLIMITED = 24 * 3600


@shared_task(name="rights.forget_answers")
def forget_answers() -> None:
    services.forget_answers()


@shared_task(name="rights.tell_of_due_requests")
def tell_of_due_requests() -> None:
    services.tell_of_due_requests()


@shared_task(name="rights.compile_answer")
def compile_answer(run: str) -> None:
    services.compile_answer(run)


@shared_task(name="rights.erase_due")
def erase_due() -> None:
    services.bring_into_force()
    services.erase_due()


@shared_task(name="rights.expire_legal_holds")
def expire_legal_holds() -> None:
    services.expire_legal_holds()


@shared_task(name="rights.hold_received")
def hold_received(clip: str) -> None:
    services.hold_received(clip)


# An owner's clips may be many; the lease, not a time limit, tells whether the worker is alive.
@shared_task(name="rights.erase", soft_time_limit=_UNLIMITED, time_limit=_UNLIMITED + 60)
def erase(erasure: str) -> None:
    services.erase(erasure)

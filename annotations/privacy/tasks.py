from celery import shared_task

from . import services

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

from celery import shared_task

from . import services


@shared_task(name="privacy.forget_answers")
def forget_answers() -> None:
    services.forget_answers()


@shared_task(name="privacy.watch_log", soft_time_limit=110, time_limit=120)
def watch_log() -> None:
    services.watch()

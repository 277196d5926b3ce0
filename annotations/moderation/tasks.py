from celery import shared_task

from . import services


@shared_task(name="moderation.screen")
def screen(run: str) -> None:
    services.screen(run)

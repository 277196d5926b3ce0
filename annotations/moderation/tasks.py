from celery import shared_task

from . import services


@shared_task(name="moderation.screen")
def screen(run: str) -> None:
    services.screen(run)


@shared_task(name="moderation.forget_known_content")
def forget_known_content() -> None:
    services.forget_known_content()

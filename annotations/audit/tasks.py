from celery import shared_task

from . import services


@shared_task(name="audit.finish_erasures")
def finish_erasures() -> None:
    services.finish_erasures()

from celery import shared_task

from annotations.audit import repeats, services
from annotations.audit.actors import WORKER
from annotations.audit.integrity import anchoring


@shared_task(name="audit.finish_erasures")
def finish_erasures() -> None:
    services.finish_erasures()


@shared_task(name="audit.end_series")
def end_series() -> None:
    repeats.end_series()


@shared_task(name="audit.anchor")
def anchor() -> None:
    anchoring.anchor(WORKER)

from celery import shared_task

from annotations.audit import anchoring, services
from annotations.audit.actors import WORKER


@shared_task(name="audit.finish_erasures")
def finish_erasures() -> None:
    services.finish_erasures()


@shared_task(name="audit.anchor")
def anchor() -> None:
    anchoring.anchor(WORKER)

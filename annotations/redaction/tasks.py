from celery import shared_task

from annotations.audit.actors import WORKER
from annotations.clips.models import Clip

from . import services


@shared_task(name="redaction.request")
def request(clip: str) -> None:
    services.request_first(Clip.objects.select_related("owner").get(pk=clip), WORKER)


@shared_task(name="redaction.redact")
def redact(run: str) -> None:
    services.redact(run)


@shared_task(name="redaction.give_up")
def give_up() -> None:
    services.give_up()

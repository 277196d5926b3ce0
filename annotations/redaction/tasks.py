from celery import shared_task

from annotations.audit.actors import WORKER
from annotations.clips.models import Clip
from annotations.redaction import selectors, services


@shared_task(name="redaction.request")
def request(clip: str) -> None:
    """When the clip is not erased; else nothing."""
    for kept in selectors.clips_to_redact().filter(pk=clip).select_related("owner"):
        services.request_first(kept, WORKER)


@shared_task(name="redaction.redact")
def redact(run: str) -> None:
    services.redact(run)


@shared_task(name="redaction.hide_zones")
def hide_zones(clip: str) -> None:
    """When a privacy zone was added since its rendition was made; else nothing."""
    services.hide_zones(Clip.objects.select_related("owner").get(pk=clip), WORKER)


@shared_task(name="redaction.sweep_orphans")
def sweep_orphans() -> None:
    services.sweep_orphans()


@shared_task(name="redaction.destroy_examples")
def destroy_examples(clip: str) -> None:
    """When the consent to training has ended; else nothing."""
    for ended in selectors.clips_to_clear().filter(pk=clip):
        services.destroy_examples(ended, WORKER)

from celery import shared_task

from annotations.clips import services


@shared_task(name="clips.expire_consents")
def expire_consents() -> None:
    services.expire_due()


@shared_task(name="clips.sweep_orphans")
def sweep_orphans() -> None:
    services.sweep_orphans()

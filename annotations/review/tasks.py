from celery import shared_task

from annotations.review import services


@shared_task(name="review.enqueue")
def enqueue(clip: str) -> None:
    services.enqueue(clip)


@shared_task(name="review.expire_leases")
def expire_leases() -> None:
    services.expire_leases()

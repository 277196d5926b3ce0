from celery import shared_task

from reviewapp import dispatch


@shared_task(name="reviewapp.deliver_events")
def deliver_events() -> None:
    dispatch.deliver_events()


@shared_task(name="reviewapp.sweep")
def sweep() -> None:
    dispatch.sweep()


@shared_task(name="reviewapp.prune")
def prune() -> None:
    dispatch.prune()

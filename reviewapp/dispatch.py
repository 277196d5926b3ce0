"""Delivering events to tasks, and waking what is stalled."""

from datetime import timedelta

from django.db import transaction

from annotations.accounts import services as accounts
from annotations.accounts.models import Session
from annotations.core import causes, clock
from annotations.core.models import Outbox, StageRun
from reviewapp.celery import app
from reviewapp.pipeline import DELIVERIES, SWEEPS

BATCH = 200
WAKE_AT_MOST = 100  # of each kind in one sweep: less than the slowest broker carries until the next
KEEP_DELIVERED = timedelta(days=7)


def deliver_events() -> int:
    """Sends the tasks of undelivered events, oldest first; how many events there were.

    At least once: dying between sending and marking sends again, and every task is idempotent.
    """
    delivered = 0
    while batch := _deliver_batch():
        delivered += batch
    return delivered


@transaction.atomic
def _deliver_batch() -> int:
    waiting = (
        Outbox.objects.select_for_update(skip_locked=True).filter(delivered_at=None).order_by("id")[:BATCH]
    )
    for event in waiting:
        for task in DELIVERIES[event.type]:
            cause = {causes.MESSAGE_HEADER: event.cause or str(event.pk)}
            app.send_task(task, kwargs=event.payload, headers=cause)
    Outbox.objects.filter(pk__in=[event.pk for event in waiting]).update(delivered_at=clock.now())
    return len(waiting)


def sweep() -> int:
    """Wakes the tasks of rows that are stalled for longer than their stage allows, in capped batches; how many."""
    woken = 0
    for each in SWEEPS:
        for row in list(each.rows(each.older_than)[:WAKE_AT_MOST]):
            app.send_task(each.task, kwargs={each.argument: str(row.pk)})
            if isinstance(row, StageRun):
                type(row)._default_manager.filter(pk=row.pk).update(woken_at=clock.now())
            woken += 1
    return woken


def prune() -> None:
    """Deletes delivered events after a week, sessions that have ended, and the throttle's counts after a day."""
    Outbox.objects.filter(delivered_at__lt=clock.now() - KEEP_DELIVERED).delete()
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    accounts.forget_old_tries()

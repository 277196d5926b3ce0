"""Events: rows of the outbox, written in the act's own transaction and delivered at least once."""

from typing import Any

from celery import current_app
from django.db import connection, transaction

from annotations.core import causes
from annotations.core.models import Outbox

WAKE_TASK = "reviewapp.deliver_events"


def publish(event_type: str, **payload: Any) -> None:
    """Writes the event; when the transaction commits, wakes the dispatcher. A lost wake-up is found by a sweep."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event is written in the transaction of the act that it tells of.")
    Outbox.objects.create(
        type=event_type,
        payload={name: str(value) for name, value in payload.items()},
        cause=causes.current(),
    )
    transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Asks a worker to deliver what the outbox holds."""
    current_app.send_task(WAKE_TASK)

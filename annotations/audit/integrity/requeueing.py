"""Queueing again what somebody took out of the queue before it had its place in the tree."""

from django.db import transaction

from annotations.audit import log
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.integrity.verification import forgotten
from annotations.audit.models import Pending
from annotations.audit.services import append


@transaction.atomic
def requeue() -> int:
    """Queues every entry that has no leaf and does not wait for one; how many. Logged when there were any."""
    lost = [Pending(entry=entry) for entry in forgotten().values_list("pk", flat=True)]
    Pending.objects.bulk_create(lost, batch_size=500, ignore_conflicts=True)
    if lost:
        append(log.REQUEUED, COMMAND_LINE, data={"entries": len(lost)})
    return len(lost)

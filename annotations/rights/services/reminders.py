"""Telling that access requests are due."""

from django.db import transaction

from annotations.audit.actors import WORKER
from annotations.outgoing import reminders, services as outgoing
from annotations.outgoing.enums import Topic
from annotations.outgoing.targets import targets_of
from annotations.outgoing.templates import REQUEST_DUE
from annotations.rights.models import AccessRequest
from annotations.rights.selectors import OPEN_STATES

DUE_TOLD = (7, 1)
"""So many days before a request is due the targets of messages are told, each time once."""


@transaction.atomic
def tell_of_due_requests() -> int:
    """Tells the targets of messages of access requests that are due soon; how many.

    Each step once, also by two workers. Where nobody is to be told, none counts as told.
    """
    if not targets_of(Topic.REQUESTS):
        return 0
    waiting = AccessRequest.objects.filter(state__in=OPEN_STATES).order_by("due_at", "pk")
    due = waiting.filter(reminders.due("due_at", "told_days", DUE_TOLD))
    found = list(due.select_for_update(skip_locked=True))
    for request in found:
        request.told_days = reminders.step(request.due_at, DUE_TOLD)
        facts = {"request": str(request.pk), "due": f"{request.due_at:%Y-%m-%d}", "days": request.told_days}
        outgoing.tell(Topic.REQUESTS, REQUEST_DUE, facts, WORKER)
    AccessRequest.objects.bulk_update(found, ["told_days"])
    return len(found)

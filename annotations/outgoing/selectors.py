"""What waits to leave, and what was given up."""

import datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from annotations.core import clock, runs
from annotations.outgoing.enums import MessageState
from annotations.outgoing.models import OutgoingMessage


def due_messages(older_than: datetime.timedelta) -> QuerySet[OutgoingMessage]:
    """The first waiting message of each target, if it has been due for so long and nobody is sending it."""
    waiting = OutgoingMessage.objects.filter(state=MessageState.WAITING)
    earlier = waiting.filter(target=OuterRef("target"), id__lt=OuterRef("id"))
    nobody = Q(lease_until=None) | Q(lease_until__lt=clock.now())
    due = waiting.filter(nobody, due_at__lt=runs.before(older_than))
    return due.filter(~Exists(earlier)).order_by("due_at")


def dead_messages() -> QuerySet[OutgoingMessage]:
    return OutgoingMessage.objects.filter(state=MessageState.DEAD).order_by("-id")


def counts_by_target() -> dict[str, dict[str, Any]]:
    """By target: how many wait, since when the oldest, how many were given up, and when one left last."""
    waiting, sent = Q(state=MessageState.WAITING), Q(state=MessageState.SENT)
    rows = OutgoingMessage.objects.values("target").annotate(
        waiting=Count("id", filter=waiting),
        oldest=Min("created_at", filter=waiting),
        dead=Count("id", filter=Q(state=MessageState.DEAD)),
        last=Max("ended_at", filter=sent),
    )
    return {row["target"]: dict(row) for row in rows}

"""Telling the targets of operations when something stands against the site's work, and when nothing does any more."""

from datetime import timedelta

from django.db import transaction

from annotations.audit.actors import WORKER
from annotations.core import clock
from annotations.outgoing import services as outgoing
from annotations.outgoing.enums import Topic
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.selectors import dead_messages
from annotations.outgoing.templates import ALARM, ALL_CLEAR
from reviewapp import readiness

QUIET = timedelta(minutes=10)
"""At least so long between two messages: what comes and goes is told no more often."""

MESSAGE_GIVEN_UP = "message_given_up"


def sound() -> list[OutgoingMessage]:
    """Queues a message when the reasons are others than were told last; what was queued."""
    codes = sorted({reason.code for reason in readiness.reasons()})
    if dead_messages().exists():
        codes.append(MESSAGE_GIVEN_UP)
    last = OutgoingMessage.objects.filter(template__in=[ALARM.code, ALL_CLEAR.code]).order_by("-id").first()
    if codes == (last.facts.get("codes", []) if last else []):
        return []
    if last and last.created_at > clock.now() - QUIET:
        return []
    with transaction.atomic():
        if codes:
            return outgoing.tell(Topic.OPERATIONS, ALARM, {"codes": codes}, WORKER)
        return outgoing.tell(Topic.OPERATIONS, ALL_CLEAR, {}, WORKER)

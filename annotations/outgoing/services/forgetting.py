"""Forgetting messages after their time, and addresses before that."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.core import clock
from annotations.outgoing import log, rules
from annotations.outgoing.enums import MessageState
from annotations.outgoing.models import OutgoingMessage


@transaction.atomic
def forget() -> int:
    """Deletes messages that ended a month ago, and empties the addresses of those given up a week ago; how many."""
    ended = OutgoingMessage.objects.exclude(state=MessageState.WAITING)
    old = ended.filter(ended_at__lt=clock.now() - rules.KEEP_ENDED)
    addresses = ended.filter(ended_at__lt=clock.now() - rules.KEEP_ADDRESS).exclude(sealed=None)
    data = {"messages": old.count(), "addresses": addresses.count()}
    if any(data.values()):
        audit.append(log.FORGOTTEN, WORKER, data=data)
        addresses.update(sealed=None)
        old.delete()
    return sum(data.values())

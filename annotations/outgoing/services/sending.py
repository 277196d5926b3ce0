"""Sending what waits, at least once, each target's messages in their order; in the one program that may call out."""

import uuid

import structlog
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.core import clock, ids, named_locks
from annotations.core.wrapping import Damaged
from annotations.outgoing import log, mail, rules, sealing, webhooks
from annotations.outgoing.enums import Channel, MessageState
from annotations.outgoing.errors import NotSent
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.targets import targets

logger = structlog.get_logger(__name__)

MOST = 50
"""Messages of one target in one task: others wait for the worker as well."""


def send(message: uuid.UUID) -> int:
    """Sends what waits for the target of this message, the oldest first, as far as it is due; how many left.

    Killed before the end is written down, a message is sent again under the same id once its lease is over. What
    follows one that could not be sent waits for it, until it is given up.
    """
    found = OutgoingMessage.objects.filter(pk=message).first()
    sent = 0
    for _ in range(MOST):
        held = _acquire(found.target) if found else None
        if held is None:
            break
        failure = _attempt(held)
        _end(held, failure)
        sent += failure is None
    return sent


@transaction.atomic
def _acquire(target: str) -> OutgoingMessage | None:
    """The target's first message with a lease and a fresh token; None when it is not due or somebody is sending it."""
    named_locks.hold(f"outgoing:{target}", alone=True)
    now = clock.now()
    first = OutgoingMessage.objects.filter(target=target, state=MessageState.WAITING).order_by("id").first()
    if first is None or first.due_at > now or (first.lease_until and first.lease_until > now):
        return None
    first.token, first.lease_until, first.attempts = ids.random_id(), now + rules.LEASE, first.attempts + 1
    first.save(update_fields=["token", "lease_until", "attempts"])
    return first


def _attempt(message: OutgoingMessage) -> NotSent | None:
    """Why it could not be sent; None when it was."""
    try:
        if message.key_id:
            private = sealing.unseal(message.pk, message.key_id, bytes(message.sealed or b""))
            mail.send(message, private.pop("address"), private)
            return None
        target = targets().get(message.target)
        if target is None or target.channel != message.channel:
            raise NotSent("no_such_target", final=True)
        if target.channel == Channel.WEBHOOK:
            webhooks.send(message, target)
        else:
            mail.send(message, target.address, {})
    except Damaged:
        return NotSent("not_readable", final=True)
    except (ValueError, LookupError, TypeError) as error:
        # An address that no header takes, a template that is gone: it would stand in the way of its target for ever.
        logger.error("message_not_sendable", message=str(message.pk), error=type(error).__name__)
        return NotSent("not_sendable", final=True)
    except NotSent as failure:
        return failure
    return None


@transaction.atomic
def _end(message: OutgoingMessage, failure: NotSent | None) -> None:
    """Writes down how the attempt ended; nothing when another worker has taken the message over meanwhile."""
    row = OutgoingMessage.objects.select_for_update().filter(pk=message.pk, token=message.token).first()
    if row is None:
        return
    row.token = row.lease_until = None
    pause = rules.pause_after(row.attempts)
    said = {
        "message": str(row.pk),
        "channel": row.channel,
        "target": row.target,
        "template": row.template,
        "attempts": row.attempts,
    }
    if failure is None:
        row.state = rules.OUTGOING_MESSAGES.target(row.state, "send", WORKER)
        row.ended_at, row.failure_code, row.sealed = clock.now(), "", None
        audit.append(log.SENT, WORKER, data=said)
    elif failure.final or pause is None:
        row.state = rules.OUTGOING_MESSAGES.target(row.state, "give up", WORKER)
        row.ended_at, row.failure_code = clock.now(), failure.code
        audit.append(log.GIVEN_UP, WORKER, data={**said, "code": failure.code})
    else:
        row.due_at, row.failure_code = clock.now() + pause, failure.code
    row.save()

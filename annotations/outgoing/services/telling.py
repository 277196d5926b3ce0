"""Writing down what is to leave, in the transaction of what it tells."""

import uuid
from typing import Any

from django.db import connection, transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock, ids
from annotations.core.errors import Conflict, Missing
from annotations.core.events import publish
from annotations.outgoing import log, rules, sealing
from annotations.outgoing.enums import Channel, MessageState
from annotations.outgoing.events import QUEUED
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.targets import targets, targets_of
from annotations.outgoing.templates import TRIAL, Template


def tell(topic: str, template: Template, facts: dict[str, Any], actor: Actor) -> list[OutgoingMessage]:
    """Queues a message to each target of the topic, in the transaction of what happened; none where there is none.

    Raises RuntimeError outside a transaction, ValueError when the facts are not what the template declares.
    """
    return [_queue(each.channel, each.name, template, facts, actor) for each in targets_of(topic)]


def tell_person(
    person: str,
    template: Template,
    private: dict[str, str],
    actor: Actor,
    facts: dict[str, Any] | None = None,
) -> OutgoingMessage:
    """Queues a mail to one person, in the transaction of what happened. `person` is a pseudonym.

    `private` holds the `address` and what only its reader may know; it is sealed. Raises as `tell`.
    """
    return _queue(Channel.MAIL, person, template, facts or {}, actor, private)


@transaction.atomic
def try_target(name: str, actor: Actor) -> OutgoingMessage:
    """Queues a message that says that the target works. Raises Missing `no_such_target`."""
    found = targets().get(name)
    if found is None:
        raise Missing("no_such_target", "The settings name no such target any more. Load the page again.")
    return _queue(found.channel, found.name, TRIAL, {}, actor)


@transaction.atomic
def send_again(message: uuid.UUID, actor: Actor) -> OutgoingMessage:
    """Queues a message that was given up once more, under its id, with all attempts before it again.

    Raises Missing `no_such_message`; NotAllowed; Conflict `not_given_up`, `address_forgotten`.
    """
    found = OutgoingMessage.objects.select_for_update().filter(pk=message).first()
    if found is None:
        raise Missing("no_such_message", "This message is forgotten already.")
    if found.state != MessageState.DEAD:
        raise Conflict("not_given_up", "Somebody has sent it again already. Load the page again.")
    state = rules.OUTGOING_MESSAGES.target(found.state, "send again", actor)
    if found.key_id and not found.sealed:
        raise Conflict(
            "address_forgotten", "Its address was forgotten after its time. Begin anew where it came from."
        )
    found.state, found.ended_at, found.attempts, found.failure_code = state, None, 0, ""
    found.due_at = clock.now()
    found.save()
    data = {"message": str(found.pk), "target": found.target, "template": found.template}
    audit.append(log.SENT_AGAIN, actor, data=data)
    publish(QUEUED, message=found.pk)
    return found


def _queue(
    channel: str,
    target: str,
    template: Template,
    facts: dict[str, Any],
    actor: Actor,
    private: dict[str, str] | None = None,
) -> OutgoingMessage:
    if not connection.in_atomic_block:
        raise RuntimeError("A message is written in the transaction of the act that it tells of.")
    template.check(facts)
    identifier = ids.uuid7()
    key_id, sealed = sealing.seal(identifier, private) if private else ("", None)
    message = OutgoingMessage.objects.create(
        id=identifier,
        channel=channel,
        target=target,
        template=template.code,
        facts=facts,
        sealed=sealed,
        key_id=key_id,
    )
    data = {
        "message": str(identifier),
        "channel": str(channel),
        "target": target,
        "template": template.code,
    }
    audit.append(log.QUEUED, actor, data=data)
    publish(QUEUED, message=identifier)
    return message

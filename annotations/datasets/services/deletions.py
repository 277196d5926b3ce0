"""Asking those who downloaded what was erased to delete it, and keeping what they answer (GDPR, Art. 17(2) and 19)."""

import datetime
import uuid
from collections.abc import Collection

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.registry import Action
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.reasons import checked_reason, optional_reason
from annotations.datasets import log, selectors
from annotations.datasets.enums import DeletionStatement
from annotations.datasets.models import DeletionRequest
from annotations.outgoing import services as outgoing
from annotations.outgoing.enums import Topic
from annotations.outgoing.templates import DELETIONS_WAIT

BATCH = 500


@transaction.atomic
def confirm_deletions(
    requests: Collection[uuid.UUID], statement: str, reason: str, actor: Actor
) -> list[DeletionRequest]:
    """Keeps what the actor states about these requests of their own.

    Raises Invalid `no_requests`, `unknown_statement`, and of a reason that is too short or too long (who cannot delete
    says why, others may add something); Missing `no_such_request` also for somebody else's; Conflict
    `already_confirmed`.
    """
    if statement not in DeletionStatement.values:
        raise Invalid(
            "unknown_statement", "Say that it was deleted, that it was not kept, or that you cannot."
        )
    words = checked_reason(reason) if statement == DeletionStatement.CANNOT else optional_reason(reason)
    wanted = set(requests)
    if not wanted:
        raise Invalid("no_requests", "Say which requests this answers.")
    found = list(
        DeletionRequest.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted, person=actor.pseudonym)
        .select_related("item__clip__owner")
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise Missing("no_such_request", "There is no such request among yours.")
    if any(request.confirmed_at for request in found):
        raise Conflict("already_confirmed", "This was answered already. Load the page again.")
    for request in found:
        request.confirmed_at, request.confirmed_by = clock.now(), actor.pseudonym
        request.statement = statement
        request.save(update_fields=["confirmed_at", "confirmed_by", "statement"])
        _log(log.DELETION_CONFIRMED, request, actor, {"statement": statement}, words)
    return found


def remind_of_deletions(every: datetime.timedelta = datetime.timedelta(days=7)) -> int:
    """Reminds of requests that nobody has answered, each as often as that much time passes; how many."""
    reminded = 0
    while batch := _remind(every):
        reminded += batch
    return reminded


@transaction.atomic
def _remind(every: datetime.timedelta) -> int:
    due = selectors.deletions_to_remind_of(every).select_related("item__clip__owner")
    requests = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    for request in requests:
        request.reminded_at, request.reminders = clock.now(), request.reminders + 1
        request.save(update_fields=["reminded_at", "reminders"])
        _log(log.DELETION_REMINDED, request, WORKER, {"reminders": request.reminders})
    if requests:
        outgoing.tell(Topic.DELETIONS, DELETIONS_WAIT, {"requests": len(requests)}, WORKER)
    return len(requests)


def _log(
    kind: Action, request: DeletionRequest, actor: Actor, data: dict[str, str | int], reason: str = ""
) -> None:
    clip = request.item.clip
    audit.append(
        kind,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={
            "release": str(request.item.release_id),
            "commitment": request.item.commitment,
            "person": request.person,
            **data,
        },
        detail={"reason": reason} if reason else None,
        # What a recipient says about their copies outlives the clip that is erased (Art. 19).
        detail_of=actor.pseudonym,
    )

"""Subject access requests: opened, compiled, reviewed, answered. Each step is on the log."""

import datetime
import uuid
from typing import Any

from django.db import transaction

from annotations.accounts.people import UNKNOWN
from annotations.audit import repeats
from annotations.audit.actors import WORKER, Actor
from annotations.audit.registry import Action
from annotations.audit.subject_keys import lock
from annotations.clips.selectors import owner_pseudonym
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.reasons import checked_reason
from annotations.rights import log
from annotations.rights.models import AccessRequest
from annotations.rights.rules import KEEP_ANSWER, MONTHS, MORE_MONTHS, REQUESTS, months_after
from annotations.rights.selectors import OPEN_STATES


@transaction.atomic
def open_request(subject: str, received_at: datetime.datetime, how: str, actor: Actor) -> AccessRequest:
    """`how` says how it came and how it is known that it comes from the owner; a month from its receipt it is due.

    Invalid `reason_too_short`, `reason_too_long`, `received_later`; Missing `unknown_subject`; Conflict `request_open`.
    """
    how = checked_reason(how)
    if received_at > clock.now():
        raise Invalid("received_later", "The request was received in the future. Correct the day.")
    if owner_pseudonym(subject) == UNKNOWN:
        raise Missing("unknown_subject", "No owner has this pseudonym, and no clip this id.")
    lock.hold(f"request:{subject}", alone=True)
    if AccessRequest.objects.filter(subject=subject, state__in=OPEN_STATES).exists():
        raise Conflict("request_open", "A request of this owner is open already. Answer that one.")
    request = AccessRequest.objects.create(
        subject=subject,
        received_at=received_at,
        due_at=months_after(received_at, MONTHS),
        opened_by=actor.pseudonym,
    )
    append(log.REQUEST_OPENED, request, actor, {"due": f"{request.due_at:%Y-%m-%d}"}, how)
    return request


@transaction.atomic
def review_request(
    request_id: uuid.UUID, sha256: str, actor: Actor, *, shown: str | None = None
) -> AccessRequest:
    """Somebody has read the answer of this digest and found that it may go out as it is.

    Conflict `changed_meanwhile` when it was compiled afresh since.
    """
    request = locked_for(request_id, "review", actor, sha256, shown=shown)
    request.reviewed_by, request.reviewed_at = actor.pseudonym, clock.now()
    request.save()
    append(log.REQUEST_REVIEWED, request, actor, {"sha256": request.sha256})
    return request


@transaction.atomic
def extend_request(
    request_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None
) -> AccessRequest:
    """Two months more, once, before the first month is over: the owner must be told why within it (Art. 12(3)).

    Invalid `reason_too_short`, `reason_too_long`; Conflict `extended_already`, `too_late`, `request_closed`.
    """
    reason = checked_reason(reason)
    request = _locked(request_id)
    pages.check(shown, request)
    if request.closed:
        raise Conflict("request_closed", "This request is closed.")
    if request.extended_at:
        raise Conflict("extended_already", "The time was extended once. Answer it until it is due.")
    if request.overdue:
        raise Conflict("too_late", "The month is over, so that it cannot be extended. Answer it now.")
    request.due_at = months_after(request.received_at, MONTHS + MORE_MONTHS)
    request.extended_at, request.told_days = clock.now(), None
    request.save()
    append(log.REQUEST_EXTENDED, request, actor, {"due": f"{request.due_at:%Y-%m-%d}"}, reason)
    return request


@transaction.atomic
def answer_request(
    request_id: uuid.UUID, how: str, sha256: str, actor: Actor, *, shown: str | None = None
) -> AccessRequest:
    """The reviewed answer of this digest has gone to the owner; `how` says by which way.

    Invalid `reason_too_short`, `reason_too_long`; Conflict `changed_meanwhile` when another was compiled since.
    """
    how = checked_reason(how)
    request = _close(request_id, "answer", actor, sha256, shown)
    append(log.REQUEST_ANSWERED, request, actor, {"sha256": request.sha256}, how)
    return request


@transaction.atomic
def refuse_request(
    request_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None
) -> AccessRequest:
    """Nothing is answered, and what was compiled is destroyed. Invalid `reason_too_short`, `reason_too_long`."""
    reason = checked_reason(reason)
    request = _close(request_id, "refuse", actor, shown=shown)
    AccessRequest.objects.filter(pk=request.pk).update(sealed=None)
    append(log.REQUEST_REFUSED, request, actor, {}, reason)
    return request


@transaction.atomic
def record_request_opened(request: AccessRequest, actor: Actor) -> None:
    append(log.REQUEST_READ, request, actor, {})


@transaction.atomic
def record_answer_served(request: AccessRequest, kind: str, actor: Actor) -> uuid.UUID:
    """Somebody takes the answer out; the entry's id. Await its checkpoint before the first byte leaves."""
    return append(log.ANSWER_SERVED, request, actor, {"format": kind, "sha256": request.sha256})


@transaction.atomic
def forget_answers() -> int:
    """Destroys the compiled answers of requests that were closed long ago; how many."""
    due = AccessRequest.objects.select_for_update().filter(
        closed_at__lt=clock.now() - KEEP_ANSWER, sealed__isnull=False
    )
    forgotten = list(due[:100])
    for request in forgotten:
        AccessRequest.objects.filter(pk=request.pk).update(sealed=None)
        append(log.ANSWER_FORGOTTEN, request, WORKER, {})
    return len(forgotten)


def locked_for(
    request_id: uuid.UUID, action: str, actor: Actor, read: str | None = None, *, shown: str | None = None
) -> AccessRequest:
    """The request, locked, in the state after this action; not saved.

    `read` is the digest of the answer on which the step rests; None for steps that rest on none."""
    request = _locked(request_id)
    pages.check(shown, request)
    if read is not None and read != request.sha256:
        raise Conflict(
            "changed_meanwhile",
            "The answer was compiled afresh since you opened the page, and nothing was noted. "
            "Read it as it is now, then take the step again.",
        )
    request.state = REQUESTS.target(request.state, action, actor)
    return request


def _close(
    request_id: uuid.UUID, action: str, actor: Actor, read: str | None = None, shown: str | None = None
) -> AccessRequest:
    request = locked_for(request_id, action, actor, read, shown=shown)
    request.closed_by, request.closed_at = actor.pseudonym, clock.now()
    request.save()
    return request


def _locked(request_id: uuid.UUID) -> AccessRequest:
    request = AccessRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise Missing("no_such_request", "There is no such request.")
    return request


def append(
    action: Action, request: AccessRequest, actor: Actor, data: dict[str, Any], words: str = ""
) -> uuid.UUID:
    return repeats.tell(
        action,
        actor,
        subject=request.subject,
        data={"request": str(request.pk), **data},
        detail={"reason": words} if words else None,
    )

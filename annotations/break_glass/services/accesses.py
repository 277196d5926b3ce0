"""Seeing an original without redaction: one person asks, a privacy officer who is somebody else decides."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from annotations.accounts.models import User
from annotations.audit import repeats
from annotations.audit.actors import WORKER, Actor
from annotations.audit.registry import Action
from annotations.break_glass import events, log, selectors as selectors
from annotations.break_glass.enums import BreakGlassPurpose, BreakGlassState
from annotations.break_glass.models import BreakGlassAccess, CleanCopyRun
from annotations.break_glass.rules import BREAK_GLASS, NO_SUCH_REQUEST
from annotations.clips import gate, vault
from annotations.clips.enums import Purpose
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.clips.rules import NAMEABLE
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid
from annotations.core.events import publish
from annotations.core.reasons import checked_reason
from annotations.review.rules import LAST_REPORT, watched_milliseconds


@transaction.atomic
def ask(clip: Clip, purpose: str, reason: str, person: User) -> BreakGlassAccess:
    """Asks to see the clip without redaction. Nothing can be seen until a privacy officer approves.

    Invalid `unknown_purpose`, `reason_too_short`, `reason_too_long`; Conflict `asked_already`, `clip_erased`.
    """
    reason = checked_reason(reason)
    if purpose not in BreakGlassPurpose.values:
        raise Invalid("unknown_purpose", "Choose what the original is needed for.")
    lock_clip(clip.pk)
    gate.check_kept(clip.pk)
    standing = BreakGlassAccess.objects.filter(
        clip=clip, asked_by=person, state__in=[BreakGlassState.ASKED, BreakGlassState.APPROVED]
    )
    if standing.exists():
        raise Conflict("asked_already", "You have asked for this clip already. See your requests.")
    access = BreakGlassAccess.objects.create(clip=clip, purpose=purpose, asked_by=person)
    record(log.ASKED, access, person.actor, {"why": str(purpose)}, reason)
    return access


@transaction.atomic
def decide(
    access_id: uuid.UUID,
    action: str,
    reason: str,
    passes: Iterable[str],
    officer: User,
    *,
    shown: str | None = None,
) -> BreakGlassAccess:
    """`action` is "approve" or "refuse". `passes` are the open holds that the approval names; no other is passed.

    Raises Invalid `reason_too_short`, `reason_too_long`, `not_an_open_hold`; NotAllowed `second_person_needed`;
    Conflict `lapsed`, `holds_stand`.
    """
    reason = checked_reason(reason)
    access = locked(access_id)
    pages.check(shown, access)
    if action not in {"approve", "refuse"}:
        raise Invalid("unknown_decision", "Approve or refuse.")
    access.state = _target(access, action, officer.actor)
    if access.asked_at <= _lapsing():
        raise Conflict("lapsed", "Nobody decided in time, so the request has lapsed. It can be made again.")
    access.decided_by, access.decided_at = officer, clock.now()
    if action == "refuse":
        access.ended_at = access.decided_at
        access.save()
        record(log.REFUSED, access, officer.actor, {}, reason)
        return access
    access.passes = sorted(set(passes))
    if set(access.passes) - (NAMEABLE & set(gate.reasons(access.clip_id))):
        raise Invalid("not_an_open_hold", "Name only holds that are open. Reload the page.")
    if not gate.allows_named(access.clip_id, access.passes):
        raise Conflict(
            "holds_stand",
            "A hold that you did not name stands, or the consent has ended: then nobody may see the clip.",
        )
    access.until = access.decided_at + datetime.timedelta(minutes=settings.BREAK_GLASS_MINUTES)
    access.save()
    data = {"until": access.until.isoformat(), "passes": access.passes}
    record(log.APPROVED, access, officer.actor, data, reason)
    CleanCopyRun.objects.create(pk=access.pk, access=access)
    publish(events.APPROVED, access=access.pk)
    return access


@transaction.atomic
def close(access_id: uuid.UUID, person: User, *, shown: str | None = None) -> BreakGlassAccess:
    """Ends the access at once and destroys the copy: by who asked, or any privacy officer. Missing for others."""
    access = locked(access_id)
    pages.check(shown, access)
    end(access, "close", person.actor)
    return access


@transaction.atomic
def grant_view(access_id: uuid.UUID, person: User) -> tuple[BreakGlassAccess, uuid.UUID]:
    """The request and the id of its entry: await the checkpoint that covers it before anything is given.

    Missing for anybody but who asked; Conflict `access_over`, `not_ready`.
    """
    access = require(access_id, person)
    if not access.name:
        raise Conflict("not_ready", "The copy is still being made. Try again in a moment.")
    data = {"seconds": settings.MEDIA_TOKEN_SECONDS}
    return access, record(log.GRANTED, access, person.actor, data)


@transaction.atomic
def record_served(access_id: uuid.UUID, person: User, sent: str) -> uuid.UUID:
    """The id of the entry of a delivery; `sent` says of which bytes. Await its checkpoint before the first byte."""
    access = require(access_id, person)
    return record(log.SERVED, access, person.actor, {"range": sent})


@transaction.atomic
def record_watched(access_id: uuid.UUID, person: User, ranges: Sequence[Sequence[float]]) -> None:
    """What the browser says was on screen, in seconds; the last report comes a little after the end.

    Raises Conflict `not_watching` for a later one.
    """
    access = _own(access_id, person)
    just_over = access.ended_at is not None and access.ended_at > clock.now() - LAST_REPORT
    if not access.until or not (access.state == BreakGlassState.APPROVED or just_over):
        raise Conflict("not_watching", "This clip is not on your screen any more.")
    if merged := watched_milliseconds(ranges, access.clip.duration):
        record(log.WATCHED, access, person.actor, {"ranges": merged, "claimed_by": "browser"})


def end_due_accesses() -> int:
    """Ends requests on which nobody decided, approvals whose time is over, and such as the gate stops; how many."""
    ended = 0
    for found in selectors.open_accesses():
        with transaction.atomic():
            access = locked(found)
            if action := _due(access):
                end(access, action, WORKER)
                ended += 1
    return ended


@transaction.atomic
def end_accesses_of(person: User) -> int:
    """Ends what the person asked for and may still see, and what nobody has decided on yet; how many."""
    found = BreakGlassAccess.objects.filter(asked_by=person, state__in=BREAK_GLASS.sources("revoke"))
    ended = list(found.order_by("clip_id", "pk").values_list("pk", flat=True))
    for each in ended:
        end(locked(each), "revoke", WORKER)
    return len(ended)


def require(access_id: uuid.UUID, person: User) -> BreakGlassAccess:
    """The person's own request while it lets them see, locked; Missing, or Conflict `access_over`."""
    access = _own(access_id, person)
    if not selectors.stands(access):
        raise Conflict("access_over", "This access is over. Ask again if you still need it.")
    return access


def locked(access_id: uuid.UUID) -> BreakGlassAccess:
    """The request, its clip locked first; Missing."""
    clip = BreakGlassAccess.objects.filter(pk=access_id).values_list("clip", flat=True).first()
    if clip is None:
        raise NO_SUCH_REQUEST.as_error()
    lock_clip(clip)
    found = BreakGlassAccess.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("clip__owner", "asked_by").get(pk=access_id)


def end(access: BreakGlassAccess, action: str, actor: Actor) -> None:
    """Inside the caller's transaction, with the row locked: the key goes with the commit, the file right after."""
    access.state = _target(access, action, actor)
    access.ended_at = clock.now()
    name, access.name, access.key_id, access.wrapped_key = access.name, "", "", None
    access.save()
    record(log.ENDED, access, actor, {"because": action})
    if name:
        transaction.on_commit(lambda: vault.storage().delete(name), robust=True)


def record(
    kind: Action, access: BreakGlassAccess, actor: Actor, data: dict[str, Any], words: str = ""
) -> uuid.UUID:
    """The id of the entry."""
    return repeats.tell(
        kind,
        actor,
        clip=access.clip.public_id,
        subject=access.clip.owner.pseudonym,
        purpose=Purpose.BREAK_GLASS,
        data={"request": str(access.pk), **data},
        detail={"reason": words} if words else None,
    )


def _target(access: BreakGlassAccess, action: str, actor: Actor) -> str:
    return BREAK_GLASS.target(access.state, action, actor, asked_by=access.asked_by.pseudonym)


def _due(access: BreakGlassAccess) -> str:
    """What is to be done about a request now, if anything."""
    if access.state == BreakGlassState.ASKED:
        return "lapse" if access.asked_at <= _lapsing() else ""
    if access.state != BreakGlassState.APPROVED:
        return ""
    if not access.running:
        return "expire"
    return "" if gate.allows_named(access.clip_id, access.passes) else "stop"


def _lapsing() -> datetime.datetime:
    return clock.now() - datetime.timedelta(hours=settings.BREAK_GLASS_LAPSE_HOURS)


def _own(access_id: uuid.UUID, person: User) -> BreakGlassAccess:
    access = locked(access_id)
    if access.asked_by_id != person.pk:
        raise NO_SUCH_REQUEST.as_error()
    return access

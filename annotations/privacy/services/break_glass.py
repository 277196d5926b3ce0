"""Seeing an original without redaction: one person asks, a privacy officer who is somebody else decides."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.registry import Action
from annotations.clips import gate, vault
from annotations.clips.enums import Purpose
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.clips.rules import NAMEABLE
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing, NotAllowed
from annotations.core.events import publish
from annotations.privacy import events, log
from annotations.privacy.enums import GlassPurpose, GlassState
from annotations.privacy.models import BreakGlass
from annotations.privacy.rules import BREAK_GLASS
from annotations.privacy.selectors import break_glass as selectors
from annotations.review.rules import LAST_REPORT, check_reason, watched_milliseconds


@transaction.atomic
def ask_break_glass(clip: Clip, purpose: str, reason: str, person: User) -> BreakGlass:
    """Asks to see the clip without redaction. Nothing can be seen until a privacy officer approves.

    Invalid `unknown_purpose`, `reason_missing`; Conflict `asked_already`.
    """
    reason = check_reason(reason)
    if purpose not in GlassPurpose.values:
        raise Invalid("unknown_purpose", "Choose what the original is needed for.")
    lock_clip(clip.pk)
    standing = BreakGlass.objects.filter(
        clip=clip, asked_by=person, state__in=[GlassState.ASKED, GlassState.APPROVED]
    )
    if standing.exists():
        raise Conflict("asked_already", "You have asked for this clip already. See your requests.")
    glass = BreakGlass.objects.create(clip=clip, purpose=purpose, asked_by=person)
    note(log.GLASS_ASKED, glass, person.actor, {"why": str(purpose)}, reason)
    return glass


@transaction.atomic
def decide_break_glass(
    glass_id: uuid.UUID, action: str, reason: str, passes: Iterable[str], officer: User
) -> BreakGlass:
    """`action` is "approve" or "refuse". `passes` are the open holds that the approval names; no other is passed.

    NotAllowed `second_person_needed`; Conflict `lapsed`, `holds_stand`; Invalid `reason_missing`, `not_an_open_hold`.
    """
    reason = check_reason(reason)
    glass = locked(glass_id)
    if glass.asked_by_id == officer.pk or officer.role != Role.PRIVACY_OFFICER:
        raise NotAllowed(
            "second_person_needed", "Another privacy officer has to decide on what you asked for."
        )
    if action not in {"approve", "refuse"}:
        raise Invalid("unknown_decision", "Approve or refuse.")
    glass.state = BREAK_GLASS.target(glass.state, action)
    if glass.asked_at <= _lapsing():
        raise Conflict("lapsed", "Nobody decided in time, so the request has lapsed. It can be made again.")
    glass.decided_by, glass.decided_at = officer, clock.now()
    if action == "refuse":
        glass.ended_at = glass.decided_at
        glass.save()
        note(log.GLASS_REFUSED, glass, officer.actor, {}, reason)
        return glass
    glass.passes = sorted(set(passes))
    if set(glass.passes) - (NAMEABLE & set(gate.reasons(glass.clip_id))):
        raise Invalid("not_an_open_hold", "Name only holds that are open. Reload the page.")
    if not gate.allows_named(glass.clip_id, glass.passes):
        raise Conflict(
            "holds_stand",
            "A hold that you did not name stands, or the consent has ended: then nobody may see the clip.",
        )
    glass.until = glass.decided_at + datetime.timedelta(minutes=settings.BREAK_GLASS_MINUTES)
    glass.save()
    data = {"until": glass.until.isoformat(), "passes": glass.passes}
    note(log.GLASS_APPROVED, glass, officer.actor, data, reason)
    publish(events.GLASS_APPROVED, request=glass.pk)
    return glass


@transaction.atomic
def close_break_glass(glass_id: uuid.UUID, person: User) -> BreakGlass:
    """Ends the access at once and destroys the copy: by who asked, or any privacy officer."""
    glass = locked(glass_id)
    if person.role != Role.PRIVACY_OFFICER and glass.asked_by_id != person.pk:
        raise _missing()
    end(glass, "close", person.actor)
    return glass


@transaction.atomic
def grant_glass(glass_id: uuid.UUID, person: User) -> tuple[BreakGlass, uuid.UUID]:
    """The request and the id of its entry: await the checkpoint that covers it before anything is given.

    Missing for anybody but who asked; Conflict `glass_closed`, `not_ready`.
    """
    glass = require(glass_id, person)
    if not glass.name:
        raise Conflict("not_ready", "The copy is still being made. Try again in a moment.")
    data = {"seconds": settings.MEDIA_TOKEN_SECONDS}
    return glass, note(log.GLASS_GRANTED, glass, person.actor, data)


@transaction.atomic
def serve_glass(glass_id: uuid.UUID, person: User, sent: str) -> uuid.UUID:
    """The id of the entry of a delivery; `sent` says of which bytes. Await its checkpoint before the first byte."""
    glass = require(glass_id, person)
    return note(log.GLASS_SERVED, glass, person.actor, {"range": sent})


@transaction.atomic
def note_glass_watched(glass_id: uuid.UUID, person: User, ranges: Sequence[Sequence[float]]) -> None:
    """What the browser says was on screen, in seconds; the last report comes a little after the end.

    Without ranges it only asks whether the access still stands: Conflict `glass_closed` takes the picture away.
    """
    if not ranges:
        require(glass_id, person)
        return
    glass = _own(glass_id, person)
    just_over = glass.ended_at is not None and glass.ended_at > clock.now() - LAST_REPORT
    if not glass.until or not (glass.state == GlassState.APPROVED or just_over):
        raise Conflict("not_watching", "This clip is not on your screen any more.")
    if merged := watched_milliseconds(ranges, glass.clip.duration):
        note(log.GLASS_WATCHED, glass, person.actor, {"ranges": merged, "claimed_by": "browser"})


def end_due_glasses() -> int:
    """Ends requests on which nobody decided, approvals whose time is over, and such as the gate stops; how many."""
    ended = 0
    for found in selectors.open_glasses():
        with transaction.atomic():
            glass = locked(found)
            if action := _due(glass):
                end(glass, action, WORKER)
                ended += 1
    return ended


def require(glass_id: uuid.UUID, person: User) -> BreakGlass:
    """The person's own request while it lets them see, locked; Missing, or Conflict `glass_closed`."""
    glass = _own(glass_id, person)
    if not glass.running or not gate.allows_named(glass.clip_id, glass.passes):
        raise Conflict("glass_closed", "This access is over. Ask again if you still need it.")
    return glass


def locked(glass_id: uuid.UUID) -> BreakGlass:
    """The request, its clip locked first; Missing."""
    clip = BreakGlass.objects.filter(pk=glass_id).values_list("clip", flat=True).first()
    if clip is None:
        raise _missing()
    lock_clip(clip)
    found = BreakGlass.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("clip__owner").get(pk=glass_id)


def end(glass: BreakGlass, action: str, actor: Actor) -> None:
    """Inside the caller's transaction, with the row locked: the key goes with the commit, the file right after."""
    glass.state = BREAK_GLASS.target(glass.state, action)
    glass.ended_at = clock.now()
    name, glass.name, glass.key_id, glass.wrapped_key = glass.name, "", "", None
    glass.save()
    note(log.GLASS_ENDED, glass, actor, {"because": action})
    if name:
        transaction.on_commit(lambda: vault.storage().delete(name), robust=True)


def note(kind: Action, glass: BreakGlass, actor: Actor, data: dict[str, Any], reason: str = "") -> uuid.UUID:
    """The id of the entry."""
    entry = audit.append(
        kind,
        actor,
        clip=glass.clip.public_id,
        subject=glass.clip.owner.pseudonym,
        purpose=Purpose.BREAK_GLASS,
        data={"request": str(glass.pk), **data},
        detail={"reason": reason} if reason else None,
    )
    return entry.pk


def _due(glass: BreakGlass) -> str:
    """What is to be done about a request now, if anything."""
    if glass.state == GlassState.ASKED:
        return "lapse" if glass.asked_at <= _lapsing() else ""
    if glass.state != GlassState.APPROVED:
        return ""
    if not glass.running:
        return "expire"
    return "" if gate.allows_named(glass.clip_id, glass.passes) else "stop"


def _lapsing() -> datetime.datetime:
    return clock.now() - datetime.timedelta(hours=settings.BREAK_GLASS_LAPSE_HOURS)


def _own(glass_id: uuid.UUID, person: User) -> BreakGlass:
    glass = locked(glass_id)
    if glass.asked_by_id != person.pk:
        raise _missing()
    return glass


def _missing() -> Missing:
    return Missing("no_such_request", "There is no such request.")

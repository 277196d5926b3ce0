"""Legal holds: an order keeps clips from every use and stops their clocks, until a day. Two officers for each step."""

import datetime
import uuid

from django.db import IntegrityError, transaction

from annotations.audit import journal, repeats
from annotations.audit.actors import WORKER, Actor
from annotations.audit.canonical import timestamp
from annotations.audit.registry import Action
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.models import RunState
from annotations.core.reasons import checked_reason
from annotations.rights import log
from annotations.rights.enums import ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.retention.enums import LegalHoldState
from annotations.rights.retention.models import LegalHold
from annotations.rights.retention.selectors import covering
from annotations.rights.rules import LEGAL_HOLDS, OFFICER
from annotations.rights.scopes import Scope, reach
from annotations.rights.services.erasures import STOPPED_BY_ORDER, resume_erasure

LONGEST = datetime.timedelta(days=366)
"""A legal hold ends within a year, unless it is extended: by two people again."""

# What agreeing to a hold in this state does.
ACTS = {
    LegalHoldState.ASKED: "place",
    LegalHoldState.EXTENSION_ASKED: "extend",
    LegalHoldState.RELEASE_ASKED: "release",
}


# How the journal calls what was done.
_LINES = {
    "place": journal.Kind.LEGAL_HOLD_PLACED,
    "extend": journal.Kind.LEGAL_HOLD_EXTENDED,
    "release": journal.Kind.LEGAL_HOLD_RELEASED,
}


@transaction.atomic
def ask_for_legal_hold(scope: Scope, until: datetime.datetime, reason: str, actor: Actor) -> LegalHold:
    """Asks for a legal hold of what the scope covers; another officer decides.

    Raises Invalid `reason_too_short`, `reason_too_long`, `until_out_of_bounds`; NotAllowed `not_allowed`; Missing
    `unknown_scope`; Conflict `clip_erased`, `legal_hold_open`.
    """
    reason = checked_reason(reason)
    OFFICER.check(actor)
    _check_until(until)
    covered = reach(scope)
    if scope.kind == ScopeKind.CLIP:
        _check_there(covered.clips[0])
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(
                kind=scope.kind,
                target=scope.target,
                owner=covered.owner.pseudonym,
                until=until,
                asked_by=actor.pseudonym,
            )
    except IntegrityError:
        raise Conflict(
            "legal_hold_open", "This is under a legal hold already, or one waits for a second officer."
        ) from None
    record(log.LEGAL_HOLD_ASKED, hold, actor, {"act": "place", "until": day(until)}, reason)
    return hold


@transaction.atomic
def ask_for_release(hold_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None) -> LegalHold:
    """Asks to release a standing legal hold before its day; it stands until another officer agrees.

    Raises Invalid `reason_too_short`, `reason_too_long`; Missing `no_such_legal_hold`; NotAllowed `not_allowed`;
    Conflict `not_possible_now`.
    """
    reason = checked_reason(reason)
    hold = _locked(hold_id)
    pages.check(shown, hold)
    hold.state = LEGAL_HOLDS.target(hold.state, "ask to release", actor)
    _save_asked(hold, actor)
    record(log.LEGAL_HOLD_ASKED, hold, actor, {"act": "release", "until": day(hold.until)}, reason)
    return hold


@transaction.atomic
def ask_for_extension(
    hold_id: uuid.UUID, until: datetime.datetime, reason: str, actor: Actor, *, shown: str | None = None
) -> LegalHold:
    """Asks to let a standing legal hold last until a later day. Raises as `ask_for_release`, and Invalid
    `until_out_of_bounds`, `not_later`.
    """
    reason = checked_reason(reason)
    _check_until(until)
    hold = _locked(hold_id)
    pages.check(shown, hold)
    if until <= hold.until:
        raise Invalid("not_later", "Choose a day after the one on which it ends now.")
    hold.state = LEGAL_HOLDS.target(hold.state, "ask to extend", actor)
    hold.until_asked = until
    _save_asked(hold, actor)
    record(log.LEGAL_HOLD_ASKED, hold, actor, {"act": "extend", "until": day(until)}, reason)
    return hold


@transaction.atomic
def decide_legal_hold(
    hold_id: uuid.UUID, action: str, reason: str, actor: Actor, *, shown: str | None = None
) -> LegalHold:
    """`action` is "agree" or "refuse", to what was asked for last: placing, extending, releasing.

    Raises Invalid `reason_too_short`, `reason_too_long`, `unknown_decision`;
    Missing `no_such_legal_hold`; NotAllowed `not_allowed`, `second_person_needed`; Conflict `not_possible_now`;
    ChangedSince; JournalUnreachable.
    """
    reason = checked_reason(reason)
    if action not in {"agree", "refuse"}:
        raise Invalid("unknown_decision", "Agree or refuse.")
    hold = _locked(hold_id)
    pages.check(shown, hold)
    before = hold.state
    hold.state = LEGAL_HOLDS.target(before, action, actor, asked_by=hold.asked_by)
    act = ACTS[LegalHoldState(before)]
    if action == "refuse":
        hold.until_asked, hold.asked_by = None, ""
        if hold.state == LegalHoldState.REFUSED:
            hold.ended_at = clock.now()
        hold.save()
        record(log.LEGAL_HOLD_REFUSED, hold, actor, {"act": act}, reason)
        return hold
    count = carry_out(hold, act, actor)
    told: dict[str, str | int] = {"act": act, "until": day(hold.until), "clips": count}
    record(log.LEGAL_HOLD_AGREED, hold, actor, told, reason)
    _tell_journal(hold, act, actor)
    return hold


def expire_legal_holds(limit: int = 100) -> int:
    """Releases the legal holds whose day is over, and drops what nobody agreed to until then; how many."""
    due = LegalHold.objects.filter(ended_at=None, until__lte=clock.now()).order_by("until")
    return sum(_expire(found) for found in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def hold_received(clip_id: uuid.UUID | str) -> bool:
    """Holds a clip that came from a camera or an owner under a legal hold; False when none covers it."""
    clip = Clip.objects.select_related("owner", "device").get(pk=clip_id)
    lock_clip(clip.pk)
    return covering(clip).exists() and clips.place(clip, HoldReason.LEGAL, WORKER)


@transaction.atomic
def record_legal_hold_opened(hold: LegalHold, actor: Actor) -> None:
    record(log.LEGAL_HOLD_READ, hold, actor, {})


def carry_out(hold: LegalHold, act: str, actor: Actor, at: datetime.datetime | None = None) -> int:
    """Does what was agreed to, by a locked or new hold; how many clips it changed. `at` is when it was, if not now."""
    hold.first_officer, hold.second_officer, hold.asked_by = hold.asked_by, actor.pseudonym, ""
    if act == "place":
        hold.placed_at = at or clock.now()
        hold.save()
        return sum(clips.place(clip, HoldReason.LEGAL, actor) for clip in _kept(hold))
    if act == "extend":
        hold.until, hold.until_asked = hold.until_asked or hold.until, None
        hold.save()
        return 0
    hold.ended_at = at or clock.now()
    hold.save()
    return _release(hold, actor)


@transaction.atomic
def _expire(hold_id: uuid.UUID) -> bool:
    hold = _locked(hold_id)
    if hold.ended_at or hold.until > clock.now():
        return False
    stood = hold.stands
    hold.state = LEGAL_HOLDS.target(hold.state, "expire", WORKER)
    hold.ended_at = clock.now()
    hold.save()
    count = _release(hold, WORKER) if stood else 0
    record(log.LEGAL_HOLD_EXPIRED, hold, WORKER, {"clips": count})
    return True


def _release(hold: LegalHold, actor: Actor) -> int:
    """Releases the clips that no other legal hold covers; erasures that it stopped go on."""
    count = 0
    for clip in _covered(hold):
        lock_clip(clip.pk)  # then it is seen what another hold, placed or released at the same time, has done
        if not covering(clip).exists():
            count += clips.release_hold(clip, HoldReason.LEGAL, actor)
    for stopped in Erasure.objects.filter(
        owner=hold.owner, state=RunState.FAILED, failure_code=STOPPED_BY_ORDER
    ):
        resume_erasure(stopped.pk, actor)
    return count


def _kept(hold: LegalHold) -> list[Clip]:
    """The clips of its scope of which something is left, each locked: one that is being erased is kept, too."""
    for clip in _covered(hold):
        lock_clip(clip.pk)
    return [clip for clip in _covered(hold) if clip.bytes]


def _save_asked(hold: LegalHold, actor: Actor) -> None:
    hold.asked_by, hold.asked_at = actor.pseudonym, clock.now()
    hold.save()


def _locked(hold_id: uuid.UUID) -> LegalHold:
    found = LegalHold.objects.select_for_update().filter(pk=hold_id).first()
    if found is None:
        raise Missing("no_such_legal_hold", "There is no such legal hold.")
    return found


def _covered(hold: LegalHold) -> tuple[Clip, ...]:
    """The clips of its scope; none when it was a camera without any, which may be erased."""
    try:
        return reach(Scope(hold.kind, hold.target)).clips
    except Missing:
        return ()


def _check_there(clip: Clip) -> None:
    if not clip.bytes:
        raise Conflict("clip_erased", "This clip is erased. There is nothing left to keep.")


def _check_until(until: datetime.datetime) -> None:
    now = clock.now()
    if not now < until <= now + LONGEST:
        raise Invalid(
            "until_out_of_bounds", "Choose a day to come, within a year. A legal hold can be extended."
        )


def _tell_journal(hold: LegalHold, act: str, actor: Actor) -> None:
    """A legal hold that came after a backup is not lost with it, and none comes back that was released."""
    told = {"hold": str(hold.pk), "asked_by": hold.first_officer}
    if act != "release":
        told |= {"until": timestamp(hold.until)}
    if act == "place":
        told |= {"kind": str(hold.kind), "target": hold.target}
    journal.record(_LINES[act], actor, told)


def day(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def record(
    kind: Action, hold: LegalHold, actor: Actor, data: dict[str, str | int], written: str = ""
) -> None:
    told: dict[str, str | int] = {"hold": str(hold.pk), **data}
    if "kind" in kind.fields:
        told["kind"] = hold.kind
    repeats.tell(
        kind,
        actor,
        clip=uuid.UUID(hold.target) if hold.kind == ScopeKind.CLIP else None,
        subject=hold.owner,
        data=told,
        detail={"reason": written} if written else None,
    )

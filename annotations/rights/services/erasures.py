"""Beginning an erasure, and starting one again that has failed."""

import uuid

from django.db import IntegrityError, transaction

from annotations.audit import journal, services as audit
from annotations.audit.actors import Actor
from annotations.clips import gate, services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip, Owner
from annotations.core import ids
from annotations.core.errors import Conflict
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.core.reasons import checked_reason, optional_reason
from annotations.rights import events, inventory, log
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.plans import plan
from annotations.rights.retention.selectors import covering
from annotations.rights.scopes import Reach, Scope, reach

STOPPED_BY_ORDER = "legal_hold"


def under_order(clip: Clip) -> bool:
    """Whether a legal hold covers the clip; also before a worker has held one that has just come."""
    return HoldReason.LEGAL in gate.reasons(clip.pk) or covering(clip).exists()


@transaction.atomic
def request_erasure(
    scope: Scope, actor: Actor, cause: ErasureCause, reason: str = "", *, shown: str = ""
) -> Erasure:
    """Holds every clip of the scope as erased at once, and lets a worker do the rest.

    Gives the erasure that there is when one is under way already; one that has failed goes on. `shown` is the digest of
    the plan that was confirmed. Officers give a reason.

    Raises Missing `unknown_scope`; Invalid `reason_too_short`, `reason_too_long`; Conflict `legal_hold`,
    `already_erased`, `plan_changed`, `under_way`; JournalUnreachable.
    """
    reason = checked_reason(reason) if cause == ErasureCause.OFFICER else optional_reason(reason)
    if standing := _open(scope):
        return _gone_on_with(standing, scope, actor)
    covered = _locked(scope)
    _refuse(scope, covered)
    planned = plan(scope, covered)
    if shown and shown != planned.digest:
        raise Conflict("plan_changed", "What would be erased has changed since you looked. Look at it again.")
    try:
        with transaction.atomic():
            erasure = _create(scope, covered, actor, cause, planned.counts)
    except IntegrityError:
        raise Conflict("under_way", "Somebody else has begun this erasure. Look it up again.") from None
    _begin(erasure, covered, actor, reason)
    return erasure


@transaction.atomic
def repeat_erasure(erasure_id: uuid.UUID, scope: Scope, actor: Actor, cause: ErasureCause) -> Erasure | None:
    """Begins an erasure again that was begun before the database was set back; None when nothing is left to do.

    It was allowed then, so nothing is asked anew. Should a legal hold have come back with the database, its clips are
    held as erased, and the rest waits for its release. Raises Missing `unknown_scope`.
    """
    if Erasure.objects.filter(pk=erasure_id).exists() or _open(scope):
        return None
    covered = _locked(scope)
    if _all_erased(scope, covered):
        return None
    erasure = _create(scope, covered, actor, cause, plan(scope, covered).counts, erasure_id)
    _begin(erasure, covered, actor)
    return erasure


def _locked(scope: Scope) -> Reach:
    """What the scope covers, with its clips locked. A clip that is just being stored commits before, and is covered, or
    waits, and is refused (`rights.reception`)."""
    covered = reach(scope)
    if scope.kind != ScopeKind.CLIP:
        Owner.objects.select_for_update().get(pk=covered.owner.pk)
        covered = reach(scope)
    for clip in covered.clips:
        lock_clip(clip.pk)
    return covered


def _begin(erasure: Erasure, covered: Reach, actor: Actor, reason: str = "") -> None:
    """Logs the erasure, holds the clips, wakes a worker, and tells the journal."""
    audit.append(
        log.ERASURE_REQUESTED,
        actor,
        clip=covered.clips[0].public_id if len(covered.clips) == 1 else None,
        subject=covered.owner.pseudonym,
        data={
            "erasure": str(erasure.pk),
            "kind": str(erasure.kind),
            "cause": str(erasure.cause),
            "clips": len(covered.clips),
        },
        detail={"reason": reason} if reason else None,
        detail_of=actor.pseudonym,
    )
    for clip in covered.clips:
        clips.place(clip, HoldReason.ERASED, actor)
    publish(events.ERASURE_REQUESTED, erasure=erasure.pk)
    told = {"kind": str(erasure.kind), "target": erasure.target, "cause": str(erasure.cause)}
    journal.record(journal.Kind.ERASURE_REQUESTED, actor, {"erasure": str(erasure.pk), **told})


@transaction.atomic
def resume_erasure(erasure_id: uuid.UUID, actor: Actor) -> Erasure:
    """Goes on with one that has failed. Conflict `erasure_not_failed`."""
    taken = Erasure.objects.filter(pk=erasure_id, state=RunState.FAILED).update(
        state=RunState.QUEUED, attempts=0, failure_code="", failure_message="", finished_at=None
    )
    if not taken:
        raise Conflict("erasure_not_failed", "This erasure is done or under way already.")
    erasure = Erasure.objects.get(pk=erasure_id)
    audit.append(log.ERASURE_RESUMED, actor, subject=erasure.owner, data={"erasure": str(erasure_id)})
    publish(events.ERASURE_REQUESTED, erasure=erasure_id)
    return erasure


def _open(scope: Scope) -> Erasure | None:
    found = Erasure.objects.exclude(state=RunState.DONE)
    return found.filter(kind=scope.kind, target=scope.target).first()


def _gone_on_with(standing: Erasure, scope: Scope, actor: Actor) -> Erasure:
    if standing.state != RunState.FAILED:
        return standing
    _refuse_under_order(_locked(scope))
    return resume_erasure(standing.pk, actor)


def _refuse_under_order(covered: Reach) -> None:
    if any(under_order(clip) for clip in covered.clips):
        raise Conflict(
            STOPPED_BY_ORDER,
            "A clip of this is under a legal hold. Nothing is erased before it is released.",
        )


def _refuse(scope: Scope, covered: Reach) -> None:
    _refuse_under_order(covered)
    if _all_erased(scope, covered):
        raise Conflict("already_erased", "This was erased already. Its certificate says what and when.")


def _all_erased(scope: Scope, covered: Reach) -> bool:
    done = Erasure.objects.filter(kind=scope.kind, target=scope.target).exists()
    return done and all(HoldReason.ERASED in gate.reasons(clip.pk) for clip in covered.clips)


def _create(
    scope: Scope,
    covered: Reach,
    actor: Actor,
    cause: ErasureCause,
    counts: dict[str, int],
    erasure_id: uuid.UUID | None = None,
) -> Erasure:
    return Erasure.objects.create(
        pk=erasure_id or ids.random_id(),
        kind=scope.kind,
        target=scope.target,
        owner=covered.owner.pseudonym,
        cause=cause,
        asked_by=actor.pseudonym,
        asked_role=actor.role,
        clips=[str(clip) for clip in covered.public_ids],
        subjects=list(covered.subjects),
        plan=counts,
        planned_files=[list(file) for store in inventory.STORES for file in store.files(covered)],
    )

"""What the use cases share: locks in one order, entries in one form, slots that replace others."""

import datetime
import uuid
from typing import Any

from annotations.accounts.models import User
from annotations.accounts.rules import lacks
from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.audit.registry import Action
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import Conflict, Missing, NotAllowed
from annotations.review.enums import AssignmentState
from annotations.review.models import Assignment, ReviewTask
from annotations.review.rules import BACK_WITH_REVIEWER, CONTRACTOR, HANDED_IN


def lock_row(person: User) -> User:
    """The person's row as it is now, locked. Comes before other locks."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def lock_person(reviewer: User) -> User:
    """One act at a time per person, so that two tabs cannot exceed what one may hold, nor outlive a closed account.

    Comes before other locks. Raises NotAllowed `account_closed`, or `not_allowed` when their role is another one now.
    """
    found = lock_row(reviewer)
    if not found.is_active:
        raise NotAllowed("account_closed", "Your account is closed.")
    CONTRACTOR.check(found.actor)
    return found


def require_prepared(reviewer: User) -> None:
    """Conflict `training_missing` or `statement_missing` while somebody must not be given a clip."""
    for lack in lacks(reviewer):
        raise Conflict(lack, str(lack.label))


def lock_own(reviewer: User, assignment_id: uuid.UUID) -> Assignment:
    """The reviewer's assignment by its public id, with its clip, all locked; Missing when it is not theirs.

    Raises NotAllowed as `lock_person` does.
    """
    lock_person(reviewer)
    found = (
        Assignment.objects.filter(public_id=assignment_id, reviewer=reviewer).values("pk", "clip_id").first()
    )
    if found is None:
        raise Missing("assignment_missing", "You have no such clip to label.")
    return lock(found["pk"], found["clip_id"])


def lock(pk: uuid.UUID, clip_id: uuid.UUID) -> Assignment:
    lock_clip(clip_id)
    related = Assignment.objects.select_related("clip__owner", "task", "project")
    return related.select_for_update(of=("self",), no_key=True).get(pk=pk)


def lock_task(task_id: uuid.UUID) -> ReviewTask:
    """The task by its public id, with its clip, both locked."""
    clip_id = ReviewTask.objects.filter(public_id=task_id).values_list("clip_id", flat=True).first()
    if clip_id is None:
        raise Missing("task_missing", "There is no such task.")
    lock_clip(clip_id)
    related = ReviewTask.objects.select_related("clip__owner", "project")
    return related.select_for_update(of=("self",), no_key=True).get(public_id=task_id)


def require_lease(assignment: Assignment) -> None:
    """Conflict unless the reviewer holds the clip now: `clip_held`, `already_submitted` or `lease_lost` say why."""
    if assignment.state == AssignmentState.LEASED:
        gate.check(assignment.clip_id, Purpose.LABELING)
        return
    if assignment.state in {AssignmentState.PARKED, AssignmentState.FLAGGED}:
        raise Conflict(
            "clip_held", "This clip is no longer available. Nothing that you did is lost; take the next one."
        )
    if assignment.state in HANDED_IN:
        raise Conflict("already_submitted", "You have submitted this clip already.")
    raise Conflict("lease_lost", "This clip is no longer yours: it was skipped, or the time for it was over.")


def require_time(assignment: Assignment) -> None:
    """As `require_lease`, and its time is not over: nothing is shown after it, whether or not a sweep has come by."""
    require_lease(assignment)
    if assignment.lease_until is None or assignment.lease_until <= clock.now():
        raise Conflict(
            "lease_lost", "The time for this clip is over. Take it up again, if nobody else has it."
        )


def waits_until(assignment: Assignment) -> datetime.datetime:
    """Until when labels that come back wait for their reviewer: not at all for one whose account is closed."""
    there = assignment.reviewer is not None and assignment.reviewer.is_active
    return clock.now() + BACK_WITH_REVIEWER if there else clock.now()


def record(
    action: Action,
    actor: Actor,
    clip: Clip,
    data: dict[str, Any],
    detail: dict[str, Any] | None = None,
    purpose: str = Purpose.LABELING,
) -> None:
    """Writes an entry on the clip."""
    repeats.tell(
        action,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        purpose=purpose,
        data=data,
        detail=detail,
    )


def replace(assignment: Assignment) -> None:
    """Makes the slot that takes the place of one that was left: free, or parked while the clip is held."""
    passing = gate.allows(assignment.clip_id, Purpose.LABELING)
    Assignment.objects.create(
        task_id=assignment.task_id,
        project_id=assignment.project_id,
        clip_id=assignment.clip_id,
        priority=assignment.priority,
        number=assignment.number,
        state=AssignmentState.OPEN if passing else AssignmentState.PARKED,
    )

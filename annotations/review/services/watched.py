"""Which parts of a clip were on screen: the browser's claim, kept on the log as just that."""

import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction

from annotations.accounts.models import User
from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import Conflict, Missing
from annotations.redaction import delivery
from annotations.review import log
from annotations.review.enums import AssignmentState
from annotations.review.models import Assignment, ReviewTask
from annotations.review.rules import KEEPS_DRAFT, LAST_REPORT, LEADS_REPORT, watched_milliseconds
from annotations.review.services.support import record, require_lease

Ranges = Sequence[Sequence[float]]


@transaction.atomic
def record_watched(reviewer: User, assignment_id: uuid.UUID, ranges: Ranges) -> None:
    """Seconds [start, end] of a clip that the reviewer has, or just had: the last report comes after the submission.

    Conflict when they cannot be watching it: `clip_held` or `lease_lost` when it was taken away, else `not_watching`.
    """
    found = Assignment.objects.select_related("clip__owner").filter(
        public_id=assignment_id, reviewer=reviewer
    )
    assignment = found.first()
    if assignment is None:
        raise Missing("assignment_missing", "You have no such clip to label.")
    if not _just_had(assignment, clock.now() - LAST_REPORT):
        if assignment.state in KEEPS_DRAFT:
            require_lease(assignment)
        raise _not_on_screen()
    _record(assignment.clip, str(assignment.public_id), ranges, reviewer.actor)


@transaction.atomic
def record_watched_by_lead(task_id: uuid.UUID, ranges: Ranges, actor: Actor) -> None:
    """The same for a lead who looks at a task; Conflict `not_watching` when they were not given its clip lately."""
    task = ReviewTask.objects.select_related("clip__owner").filter(public_id=task_id).first()
    if task is None:
        raise Missing("task_missing", "There is no such task.")
    if not delivery.granted_since(actor, task.clip, clock.now() - LEADS_REPORT):
        raise _not_on_screen()
    _record(task.clip, str(task.public_id), ranges, actor)


def _just_had(assignment: Assignment, moment: datetime.datetime) -> bool:
    if assignment.state == AssignmentState.LEASED:
        return True
    return assignment.ended_at is not None and assignment.ended_at > moment


def _not_on_screen() -> Conflict:
    return Conflict("not_watching", "This clip is not on your screen any more.")


def _record(clip: Clip, seen_in: str, ranges: Ranges, actor: Actor) -> None:
    merged = watched_milliseconds(ranges, clip.duration)
    if merged:
        record(log.WATCHED, actor, clip, {"assignment": seen_in, "ranges": merged, "claimed_by": "browser"})

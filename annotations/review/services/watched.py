"""Which parts of a clip were on screen: the browser's claim, kept on the log as just that."""

import uuid
from collections.abc import Sequence

from django.db import transaction

from annotations.accounts.models import User
from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.core.errors import Missing

from .. import log
from ..models import Assignment, ReviewTask
from ..rules import watched_milliseconds
from .support import note

Ranges = Sequence[Sequence[float]]


@transaction.atomic
def note_watched(reviewer: User, assignment_id: uuid.UUID, ranges: Ranges) -> None:
    """Seconds [start, end] of a clip that the reviewer has, or had: the last report comes after the submission."""
    found = Assignment.objects.select_related("clip__owner").filter(
        public_id=assignment_id, reviewer=reviewer
    )
    assignment = found.first()
    if assignment is None:
        raise Missing("assignment_missing", "You have no such clip to label.")
    _note(assignment.clip, str(assignment.public_id), ranges, reviewer.actor)


@transaction.atomic
def note_watched_by_lead(task_id: uuid.UUID, ranges: Ranges, actor: Actor) -> None:
    """The same for a lead who looks at a task."""
    task = ReviewTask.objects.select_related("clip__owner").filter(public_id=task_id).first()
    if task is None:
        raise Missing("task_missing", "There is no such task.")
    _note(task.clip, str(task.public_id), ranges, actor)


def _note(clip: Clip, seen_in: str, ranges: Ranges, actor: Actor) -> None:
    merged = watched_milliseconds(ranges, clip.duration)
    if merged:
        note(log.WATCHED, actor, clip, {"assignment": seen_in, "ranges": merged, "claimed_by": "browser"})

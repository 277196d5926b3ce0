"""A clip that reviewers do not want to label, or cannot: a lead takes its task off the queue."""

import uuid

from django.db import transaction

from annotations.audit.actors import Actor
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict
from annotations.core.reasons import checked_reason
from annotations.moderation import services as moderation
from annotations.moderation.models import Flag
from annotations.review import log, selectors
from annotations.review.enums import AssignmentState
from annotations.review.models import Assignment, ReviewTask
from annotations.review.rules import LEFT, TASKS
from annotations.review.services.support import lock_task, record


@transaction.atomic
def set_aside(task_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None) -> ReviewTask:
    """Nobody is asked to label the clip any more.

    Raises Invalid `reason_too_short` or `reason_too_long`; Conflict `being_labeled` while somebody has the clip, or has
    handed in.
    """
    reason = checked_reason(reason)
    task = lock_task(task_id)
    pages.check(shown, task, *selectors.annotations_of([task.pk]))
    target = TASKS.target(task.state, "set aside", actor)
    # A claim that is under way is waited for: its slot is somebody's then.
    slots = list(Assignment.objects.select_for_update().filter(task=task).exclude(state__in=LEFT))
    if any(slot.reviewer_id for slot in slots):
        raise Conflict("being_labeled", "Somebody labels this clip now, or has handed in labels already.")
    Assignment.objects.filter(pk__in=[slot.pk for slot in slots]).delete()
    _move(task, target)
    record(log.SET_ASIDE, actor, task.clip, {"task": str(task.public_id)}, {"reason": reason})
    return task


@transaction.atomic
def reopen(task_id: uuid.UUID, actor: Actor, *, shown: str | None = None) -> ReviewTask:
    """The clip is in the queue again, for people who have not had it."""
    task = lock_task(task_id)
    pages.check(shown, task, *selectors.annotations_of([task.pk]))
    _move(task, TASKS.target(task.state, "reopen", actor))
    free = gate.allows(task.clip_id, Purpose.LABELING)
    state = AssignmentState.OPEN if free else AssignmentState.PARKED
    Assignment.objects.bulk_create(
        Assignment(
            task=task,
            project=task.project,
            clip=task.clip,
            priority=task.priority,
            number=number,
            state=state,
        )
        for number in range(1, task.project.reviewers + 1)
    )
    record(log.REOPENED, actor, task.clip, {"task": str(task.public_id)})
    return task


@transaction.atomic
def flag_task(
    task_id: uuid.UUID, category: str, note: str, actor: Actor, *, shown: str | None = None
) -> Flag:
    """A lead flags the clip of a task: it leaves every queue at once. Raises ChangedSince, and as `moderation.flag`."""
    task = lock_task(task_id)
    pages.check(shown, task, *selectors.annotations_of([task.pk]))
    return moderation.flag(task.clip, category, actor, note=note)


def _move(task: ReviewTask, state: str) -> None:
    task.state, task.changed_at = state, clock.now()
    task.save(update_fields=["state", "changed_at"])

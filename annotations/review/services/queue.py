"""Bringing the queue in step with the gate."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from annotations.audit.actors import WORKER
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.redaction.models import Rendition
from annotations.review import log
from annotations.review.enums import AssignmentState, TaskState
from annotations.review.models import Assignment, Project, ReviewTask
from annotations.review.rules import ASSIGNMENTS, BACK_WITH_REVIEWER
from annotations.review.services.support import record


@transaction.atomic
def enqueue(clip_id: uuid.UUID | str) -> None:
    """Queues the clip in every active project when the gate lets it through, or parks its slots while it does not.

    Idempotent, and right in whatever order events arrive: it looks at how things stand now. Slots that somebody
    was working on go back to that person when the clip is free again.
    """
    clip = Clip.objects.select_related("owner").get(pk=clip_id)
    lock_clip(clip.pk)
    free = (
        gate.allows(clip.pk, Purpose.LABELING) and Rendition.objects.filter(clip=clip, current=True).exists()
    )
    tasks = {task.project_id: task for task in ReviewTask.objects.filter(clip=clip)}
    for task in tasks.values():
        if task.state != TaskState.ACCEPTED:
            _unpark(task, clip) if free else _park(task, clip)
    if free:
        for project in Project.objects.filter(active=True).exclude(pk__in=tasks):
            _create(project, clip)


def _create(project: Project, clip: Clip) -> None:
    task = ReviewTask.objects.create(project=project, clip=clip)
    Assignment.objects.bulk_create(
        Assignment(task=task, project=project, clip=clip, priority=task.priority, number=number)
        for number in range(1, project.reviewers + 1)
    )
    record(log.QUEUED, WORKER, clip, {"task": str(task.public_id), "reviewers": project.reviewers})


def _park(task: ReviewTask, clip: Clip) -> None:
    slots = Assignment.objects.filter(task=task)
    # Free ones first: a claim that is under way turns one into a leased one, which the second statement finds.
    parked = _moved(slots, AssignmentState.OPEN, "park")
    parked += _moved(slots, AssignmentState.LEASED, "park", lease_until=None, ended_at=clock.now())
    parked += _moved(slots, AssignmentState.RETURNED, "park", lease_until=None)
    if parked:
        record(log.PARKED, WORKER, clip, {"task": str(task.public_id), "slots": parked})


def _unpark(task: ReviewTask, clip: Clip) -> None:
    slots = Assignment.objects.filter(task=task)
    back = _moved(slots.filter(reviewer=None), AssignmentState.PARKED, "reopen")
    back += _moved(
        slots.filter(reviewer__isnull=False),
        AssignmentState.PARKED,
        "give back",
        lease_until=clock.now() + BACK_WITH_REVIEWER,
    )
    if back:
        record(log.UNPARKED, WORKER, clip, {"task": str(task.public_id), "slots": back})


def _moved(slots: QuerySet[Assignment], source: str, action: str, **fields: Any) -> int:
    """Moves all slots that stand in `source` in one statement; how many there were."""
    target = ASSIGNMENTS.target(source, action, WORKER)
    return slots.filter(state=source).update(state=target, **fields)

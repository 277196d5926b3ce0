"""A lead settles a task: accepts somebody's labels, or gives them back."""

import uuid

from django.db import transaction

from annotations.audit.actors import Actor
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.core import clock, shown as pages
from annotations.core.errors import Missing
from annotations.core.reasons import checked_reason
from annotations.review import log, selectors
from annotations.review.enums import AssignmentState, Decision
from annotations.review.models import Adjudication, Annotation, Assignment, ReviewTask
from annotations.review.rules import ASSIGNMENTS, TASKS
from annotations.review.services.support import lock_task, record, waits_until


@transaction.atomic
def accept(
    task_id: uuid.UUID, annotation_id: uuid.UUID, actor: Actor, *, shown: str | None = None
) -> ReviewTask:
    """These labels are the clip's labels now; those of the other reviewers are kept beside them."""
    task, annotation = _settling(task_id, annotation_id, "accept", actor, shown)
    _move(annotation.assignment, "accept", actor)
    others = Assignment.objects.select_related("reviewer").filter(task=task, state=AssignmentState.SUBMITTED)
    for other in others.select_for_update(of=("self",), no_key=True):
        _move(other, "supersede", actor)
    _decide(task, annotation, Decision.ACCEPT, actor)
    data = {"task": str(task.public_id), "annotation": str(annotation.pk)}
    record(log.ACCEPTED, actor, task.clip, data)
    return task


@transaction.atomic
def send_back(
    task_id: uuid.UUID, annotation_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None
) -> ReviewTask:
    """The labels go back to their reviewer, who reads the reason and hands them in anew.

    Raises Invalid `reason_too_short` or `reason_too_long`.
    """
    reason = checked_reason(reason)
    task, annotation = _settling(task_id, annotation_id, "return", actor, shown)
    assignment = annotation.assignment
    assignment.lease_until = waits_until(assignment)
    assignment.submitted_at = None
    _move(assignment, "return", actor)
    _decide(task, annotation, Decision.RETURN, actor)
    data = {"task": str(task.public_id), "annotation": str(annotation.pk)}
    record(log.RETURNED, actor, task.clip, data, {"reason": reason})
    return task


def _settling(
    task_id: uuid.UUID, annotation_id: uuid.UUID, action: str, actor: Actor, shown: str | None
) -> tuple[ReviewTask, Annotation]:
    task = lock_task(task_id)
    pages.check(shown, task, *selectors.annotations_of([task.pk]))
    target = TASKS.target(task.state, action, actor)
    gate.check(task.clip_id, Purpose.LABELING)
    annotation = (
        Annotation.objects.select_related("assignment__reviewer")
        .filter(
            pk=annotation_id, current=True, assignment__task=task, assignment__state=AssignmentState.SUBMITTED
        )
        .first()
    )
    if annotation is None:
        raise Missing("annotation_missing", "This task has no such labels.")
    task.state, task.changed_at = target, clock.now()
    task.save(update_fields=["state", "changed_at"])
    return task, annotation


def _move(assignment: Assignment, action: str, actor: Actor) -> None:
    reviewer = assignment.reviewer.pseudonym if assignment.reviewer else None
    assignment.state = ASSIGNMENTS.target(assignment.state, action, actor, reviewer=reviewer)
    assignment.save(update_fields=["state", "lease_until", "submitted_at"])


def _decide(task: ReviewTask, annotation: Annotation, decision: Decision, actor: Actor) -> None:
    Adjudication.objects.create(
        task=task, annotation=annotation, decision=decision, decided_by=actor.pseudonym
    )

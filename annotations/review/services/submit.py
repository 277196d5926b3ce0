"""Handing in labels."""

import uuid
from typing import Any

from django.db import transaction

from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.redaction import delivery
from annotations.review import log
from annotations.review.body import Body
from annotations.review.checks import Picture, check_body
from annotations.review.enums import AssignmentState, TaskState
from annotations.review.models import Annotation, Assignment, Draft, LabelSchema, ReviewTask
from annotations.review.rules import ASSIGNMENTS, HANDED_IN, TASKS, settled
from annotations.review.sealed_words import draft_body, hand_in
from annotations.review.services.drafts import write_draft
from annotations.review.services.leases import take_up
from annotations.review.services.support import lock_own, record, require_lease


@transaction.atomic
def submit(reviewer: User, assignment_id: uuid.UUID, body: Any, revision: int | None = None) -> Annotation:
    """Hands in the labels, once: a second submission (double click, other tab) gives what the first made.

    Counts after the end of the lease too while nobody else took the clip. Raises Invalid `verdict_missing` or
    `invalid_body`, Conflict `clip_held`, `lease_lost`, or `draft_conflict` when another tab has saved other
    labels since `revision`.
    """
    assignment = lock_own(reviewer, assignment_id)
    if assignment.state in HANDED_IN:
        return Annotation.objects.get(assignment=assignment, current=True)
    if assignment.state == AssignmentState.EXPIRED:
        take_up(assignment, reviewer)
    require_lease(assignment)
    schema = LabelSchema.objects.get(project=assignment.project_id, current=True)
    rendition = delivery.current(assignment.clip)
    picture = Picture(rendition.width, rendition.height, rendition.frames)
    checked = check_body(body, schema.labels, picture)
    _refuse_to_bury(assignment, checked, body, revision)
    now = clock.now()
    number = _retire(assignment) + 1
    handed_in = hand_in(assignment.clip, checked)
    annotation = Annotation.objects.create(
        assignment=assignment,
        number=number,
        schema=schema,
        rendition=rendition,
        body=handed_in.body,
        sealed_note=handed_in.sealed_note,
        sha256=handed_in.sha256,
        submitted_at=now,
    )
    assignment.state = ASSIGNMENTS.target(assignment.state, "submit", reviewer.actor)
    assignment.lease_until, assignment.ended_at, assignment.submitted_at = None, now, now
    assignment.save(update_fields=["state", "lease_until", "ended_at", "submitted_at"])
    _log(annotation, assignment, reviewer)
    _settle(assignment.task_id)
    return annotation


def _refuse_to_bury(assignment: Assignment, checked: Body, body: Any, revision: int | None) -> None:
    """Another tab may hold newer labels than the one in which the button was pressed: the person decides."""
    draft = Draft.objects.select_related("assignment__clip").filter(assignment=assignment).first()
    saved = draft_body(draft) if draft else None
    if draft and revision is not None and draft.revision > revision and saved not in (checked, body):
        raise Conflict(
            "draft_conflict",
            "These labels were changed in another tab.",
            revision=draft.revision,
            body=saved,
        )
    if draft is None or saved != checked:
        write_draft(assignment, draft, checked)


def _retire(assignment: Assignment) -> int:
    """Labels handed in before (and returned) are no longer the current ones; the number of the last."""
    earlier = Annotation.objects.filter(assignment=assignment)
    earlier.filter(current=True).update(current=False)
    return earlier.count()


def _log(annotation: Annotation, assignment: Assignment, reviewer: User) -> None:
    data = {
        "assignment": str(assignment.public_id),
        "annotation": str(annotation.pk),
        "schema": annotation.schema.version,
        "verdict": annotation.body["verdict"],
        "events": len(annotation.body["events"]),
        "tracks": len(annotation.body["tracks"]),
        "sha256": annotation.sha256,
    }
    record(log.SUBMITTED, reviewer.actor, assignment.clip, data)


def _settle(task_id: uuid.UUID) -> None:
    """Once every slot has its labels the task waits for a lead."""
    states = Assignment.objects.filter(task=task_id).values_list("state", flat=True)
    if settled(states):
        task = ReviewTask.objects.select_for_update(no_key=True).get(pk=task_id)
        if task.state == TaskState.OPEN:
            task.state, task.changed_at = TASKS.target(task.state, "settle", WORKER), clock.now()
            task.save(update_fields=["state", "changed_at"])

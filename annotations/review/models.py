from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.redaction.models import Rendition
from annotations.review.enums import AssignmentState, Decision, TaskState
from annotations.review.rules import LEFT, MAX_REVIEWERS, TIMED


class Project(models.Model):
    """What clips are labeled for: instructions, a schema of labels, how many people look at each clip."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    name = models.CharField(max_length=100, unique=True)
    instructions = models.TextField(blank=True)
    reviewers = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewers__gte=1, reviewers__lte=MAX_REVIEWERS), name="project_reviewers_bounded"
            )
        ]

    def __str__(self) -> str:
        return self.name


class LabelSchema(models.Model):
    """One version of a project's labels, as `annotations.review.schema` describes. Versions never change."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="schemas")
    version = models.PositiveIntegerField()
    labels = models.JSONField()
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="labelschema_version_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(current=True), name="labelschema_one_current"
            ),
        ]


class ReviewTask(models.Model):
    """One clip to be labeled in one project. `id` is time-ordered and stays inside; people see `public_id`."""

    SHOWN: ClassVar[frozenset[str]] = frozenset({"id", "state", "changed_at"})

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    public_id = models.UUIDField(unique=True, default=ids.random_id, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="review_tasks")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks")
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=TaskState, default=TaskState.OPEN)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clip", "project"], name="reviewtask_once_per_project"),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="reviewtask_state_known"),
        ]
        indexes = [models.Index(fields=["state", "changed_at", "id"], name="reviewtask_listing")]


def _assignment_constraints() -> list[Any]:
    timed, free = Q(state__in=TIMED), Q(state=AssignmentState.OPEN)
    handed_in = Q(state__in=[AssignmentState.SUBMITTED, AssignmentState.ACCEPTED, AssignmentState.SUPERSEDED])
    return [
        models.CheckConstraint(condition=Q(state__in=AssignmentState.values), name="assignment_state_known"),
        models.CheckConstraint(
            condition=Q(number__gte=1, number__lte=MAX_REVIEWERS), name="assignment_number_bounded"
        ),
        # As many slots as reviewers: one per number, besides those that were left.
        models.UniqueConstraint(
            fields=["task", "number"], condition=~Q(state__in=LEFT), name="assignment_one_per_slot"
        ),
        # Never the same clip twice to one person.
        models.UniqueConstraint(
            fields=["task", "reviewer"],
            condition=Q(reviewer__isnull=False),
            name="assignment_once_per_reviewer",
        ),
        models.CheckConstraint(
            condition=(free & Q(reviewer=None))
            | Q(state=AssignmentState.PARKED)
            | (~free & Q(reviewer__isnull=False)),
            name="assignment_open_or_somebodys",
        ),
        models.CheckConstraint(
            condition=(timed & Q(lease_until__isnull=False)) | (~timed & Q(lease_until=None)),
            name="assignment_lease_while_timed",
        ),
        models.CheckConstraint(
            condition=~handed_in | Q(submitted_at__isnull=False), name="assignment_handed_in_when"
        ),
    ]


class Assignment(models.Model):
    """One reviewer's slot of a task. A task has as many as reviewers are wanted, made when it is queued.

    `number` tells the slots of a task apart; a slot that is left (skipped, flagged, expired) is replaced by a new
    one of the same number in the same transaction. `project`, `clip` and `priority` repeat the task's, so that a
    claim is one statement on one index.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    public_id = models.UUIDField(unique=True, default=ids.random_id, editable=False)
    task = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, related_name="assignments")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="+")
    priority = models.SmallIntegerField(default=0)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=AssignmentState, default=AssignmentState.OPEN)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    leased_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # when it last left the reviewer's hands
    left_reason = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = _assignment_constraints()
        indexes = [
            models.Index(
                fields=["project", "-priority", "id"],
                condition=Q(state=AssignmentState.OPEN),
                name="assignment_claim",
            ),
            models.Index(fields=["lease_until"], condition=Q(state__in=TIMED), name="assignment_due"),
            models.Index(fields=["reviewer", "state", "leased_at"], name="assignment_of_reviewer"),
            models.Index(fields=["reviewer", "-submitted_at"], name="assignment_history"),
        ]


class Draft(models.Model):
    """Labels as they are being made: saved as the reviewer works, read by nobody else.

    `sealed` is the whole of them, under the clip's subject (`review.sealed_words`).
    """

    assignment = models.OneToOneField(
        Assignment, on_delete=models.CASCADE, primary_key=True, related_name="draft"
    )
    revision = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    saved_at = models.DateTimeField(default=clock.now)


class Annotation(models.Model):
    """Labels that a reviewer handed in, for ever as they were: labels that are returned and handed in again are a
    new row, and `current` moves on.

    `body` is without the note: `sealed_note` is that and a salt, under the clip's subject (`review.sealed_words`), and
    `sha256` commits to all of it (`review.body.digest`). Frames in `body` are those of `rendition`.
    """

    SHOWN: ClassVar[frozenset[str]] = frozenset({"id"})

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="annotations")
    number = models.PositiveSmallIntegerField()
    current = models.BooleanField(default=True)
    schema = models.ForeignKey(LabelSchema, on_delete=models.PROTECT, related_name="+")
    rendition = models.ForeignKey(Rendition, on_delete=models.PROTECT, related_name="+")
    body = models.JSONField()
    sealed_note = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "number"], name="annotation_number_once"),
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(current=True), name="annotation_one_current"
            ),
        ]


class Adjudication(models.Model):
    """A lead's decision on labels. What the reviewer reads is on the log (`selectors.returned_with`)."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    task = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, related_name="adjudications")
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="adjudications")
    decision = models.CharField(max_length=16, choices=Decision)
    decided_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(decision=Decision.ACCEPT), name="adjudication_accepted_once"
            ),
        ]

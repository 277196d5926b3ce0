"""Reading the queue and the labels."""

import datetime
import uuid
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from annotations.accounts.models import User
from annotations.audit import selectors as audit
from annotations.audit.selectors import Words
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.models import Clip, Hold
from annotations.clips.rules import PASSES
from annotations.core import clock
from annotations.redaction import delivery
from annotations.redaction.models import Rendition
from annotations.review import log
from annotations.review.enums import AssignmentState, Decision, TaskState
from annotations.review.models import Adjudication, Annotation, Assignment, LabelSchema, Project, ReviewTask
from annotations.review.rules import ASSIGNMENTS, LEFT, TASKS, TIMED


def held(reviewer: User) -> QuerySet[Assignment]:
    """What the person labels now or has fetched ahead, oldest first, without clips that were taken away."""
    return _passing(_own(reviewer, AssignmentState.LEASED)).order_by("leased_at", "pk")


def returned(reviewer: User) -> QuerySet[Assignment]:
    """What came back to the person (from a lead, or after a hold) and can be taken up, longest waiting first."""
    return _passing(_own(reviewer, AssignmentState.RETURNED)).order_by("lease_until", "pk")


def unfinished(reviewer: User) -> QuerySet[Assignment]:
    """What the person did not submit in time, and nobody has taken since."""
    free = Assignment.objects.filter(
        task=OuterRef("task"), number=OuterRef("number"), state=AssignmentState.OPEN
    )
    return _passing(_own(reviewer, AssignmentState.EXPIRED)).filter(Exists(free)).order_by("leased_at", "pk")


def reserved(reviewer: User) -> QuerySet[Assignment]:
    """What waits for the person alone: held at the moment, or back with them."""
    waiting = (AssignmentState.PARKED, AssignmentState.RETURNED)
    return Assignment.objects.filter(reviewer=reviewer, state__in=waiting)


def in_hand(reviewer: User) -> QuerySet[Assignment]:
    """What the person labels, and all that waits for them."""
    return Assignment.objects.filter(reviewer=reviewer, state__in=ASSIGNMENTS.sources("take away"))


@delivery.entitles("assignment")
def still_leased(assignment_id: str) -> bool:
    """Whether the assignment, by its public id, is leased, its time not over: asked before its clip is delivered."""
    leased = Assignment.objects.filter(public_id=assignment_id, state=AssignmentState.LEASED)
    return leased.filter(lease_until__gt=clock.now()).exists()


def overdue() -> QuerySet[Assignment, tuple[uuid.UUID, uuid.UUID]]:
    """Keys of assignments whose time is over, with their clips'."""
    due = Assignment.objects.filter(state__in=TIMED, lease_until__lt=clock.now()).order_by("lease_until")
    return due.values_list("pk", "clip_id")


def claimable(reviewer: User, limit: int) -> int:
    """How many clips the person could claim, counted up to `limit`."""
    theirs = Assignment.objects.filter(task=OuterRef("task"), reviewer=reviewer)
    free = Assignment.objects.filter(~Exists(theirs), state=AssignmentState.OPEN, project__active=True)
    return _passing(free).order_by()[:limit].count()


def own(reviewer: User, assignment_id: uuid.UUID) -> Assignment | None:
    """The person's assignment by its public id."""
    related = Assignment.objects.select_related("clip__owner", "project")
    return related.filter(public_id=assignment_id, reviewer=reviewer).first()


def submissions(reviewer: User) -> QuerySet[Annotation]:
    """The labels that the person handed in, newest first."""
    return (
        Annotation.objects.select_related("assignment__clip", "schema")
        .filter(current=True, assignment__reviewer=reviewer)
        .order_by("-submitted_at", "pk")
    )


def submission_times(reviewer: User, since: datetime.datetime) -> list[datetime.datetime]:
    """When the person handed in labels since then, in order."""
    mine = Annotation.objects.filter(assignment__reviewer=reviewer, submitted_at__gte=since)
    return list(mine.order_by("submitted_at").values_list("submitted_at", flat=True))


def settled(reviewer: User) -> tuple[int, int]:
    """How many of the person's clips leads settled with these labels, and how many they settled at all."""
    counts = Assignment.objects.filter(reviewer=reviewer).aggregate(
        accepted=Count("pk", filter=Q(state=AssignmentState.ACCEPTED)),
        superseded=Count("pk", filter=Q(state=AssignmentState.SUPERSEDED)),
    )
    return counts["accepted"], counts["accepted"] + counts["superseded"]


def accepted_annotations() -> QuerySet[Annotation]:
    """The labels that leads accepted, with clip, project and schema. The gate is the reader's to ask."""
    return (
        Annotation.objects.select_related("assignment__clip", "assignment__project", "schema", "rendition")
        .filter(current=True, assignment__state=AssignmentState.ACCEPTED)
        .order_by("assignment__task_id")
    )


def tasks(
    state: str = TaskState.SETTLING,
    *,
    project: uuid.UUID | None = None,
    verdict: str = "",
    disagreement: bool = False,
) -> QuerySet[ReviewTask]:
    """Tasks in one state for leads: those that wait longest first, those that are done newest first.

    Held clips are left out. `verdict` keeps tasks in which somebody gave this one, `disagreement` those in which
    reviewers gave different ones.
    """
    passing = gate.passing(Purpose.LABELING).filter(pk=OuterRef("clip"))
    given = _standing(Annotation.objects.filter(assignment__task=OuterRef("pk")))
    found = ReviewTask.objects.select_related("clip", "project").filter(Exists(passing), state=state)
    if project:
        found = found.filter(project=project)
    if verdict:
        found = found.filter(Exists(given.filter(body__verdict=verdict)))
    if disagreement:
        kinds = Count(KT("body__verdict"), distinct=True)
        found = found.filter(
            Exists(given.values("assignment__task").annotate(kinds=kinds).filter(kinds__gt=1).values("kinds"))
        )
    order = "-changed_at" if state in TASKS.final else "changed_at"
    return found.order_by(order, "pk")


def verdicts() -> list[tuple[str, str]]:
    """Code and name of every verdict that the active projects know."""
    schemas = LabelSchema.objects.filter(current=True, project__active=True).order_by("project__name")
    return list(
        {choice["code"]: choice["name"] for schema in schemas for choice in schema.labels["verdicts"]}.items()
    )


def annotations_of(task_ids: list[uuid.UUID]) -> QuerySet[Annotation]:
    """The labels of these tasks that stand, with their reviewers, in the order of the slots."""
    related = Annotation.objects.select_related(
        "assignment__reviewer", "assignment__clip", "schema", "rendition"
    )
    return _standing(related.filter(assignment__task__in=task_ids)).order_by("assignment__number")


def unsettled_clips(older_than: datetime.timedelta, limit: int = 500) -> QuerySet[Clip]:
    """Clips whose slots do not stand as the gate does, although their holds last changed long enough ago.

    Free ones that a project does not know or that are parked, and held ones that are open: an event was lost. Each
    kind is looked for in a statement of its own, which one index answers.
    """
    moment = clock.now() - older_than
    moved = Hold.objects.filter(Q(placed_at__gt=moment) | Q(released_at__gt=moment), clip=OuterRef("pk"))
    shown = Rendition.objects.filter(clip=OuterRef("pk"), current=True)
    free = gate.passing(Purpose.LABELING).filter(~Exists(moved), Exists(shown))
    parked = Assignment.objects.filter(state=AssignmentState.PARKED)
    still_open = Assignment.objects.filter(clip=OuterRef("clip"), state=AssignmentState.OPEN)
    blocking = Hold.objects.filter(released_at=None, placed_at__lte=moment).exclude(
        reason__in=PASSES[Purpose.LABELING]
    )
    found = set(free.filter(pk__in=parked.values("clip")).values_list("pk", flat=True)[:limit])
    found.update(blocking.filter(Exists(still_open)).values_list("clip", flat=True)[:limit])
    for project in Project.objects.filter(active=True):
        known = ReviewTask.objects.filter(project=project, clip=OuterRef("pk"))
        found.update(free.filter(~Exists(known)).values_list("pk", flat=True)[:limit])
    return Clip.objects.filter(pk__in=found).order_by("pk")


def skips(task_ids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many people skipped each of these tasks, for those that somebody skipped."""
    skipped = Assignment.objects.filter(task__in=task_ids, state=AssignmentState.SKIPPED)
    return dict(skipped.values_list("task").annotate(Count("pk")).order_by())


def in_hands(task: ReviewTask) -> bool:
    """Whether somebody labels the task's clip, or has handed in labels of it."""
    return Assignment.objects.filter(task=task, reviewer__isnull=False).exclude(state__in=LEFT).exists()


def returned_because(assignment_ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The reason for which a lead returned the latest labels of each of these assignments, or why it is gone."""
    returns = Adjudication.objects.select_related("annotation__assignment__clip").filter(
        annotation__assignment__in=assignment_ids, annotation__current=True, decision=Decision.RETURN
    )
    return {
        decision.annotation.assignment_id: str(reason)
        for decision, reason in returned_with(returns.order_by("decided_at"))
    }


def returned_with(decisions: Iterable[Adjudication]) -> list[tuple[Adjudication, Words]]:
    """Each decision with what the lead wrote when it was a return, as the log tells it."""
    decisions = list(decisions)
    clips = [
        each.annotation.assignment.clip.public_id for each in decisions if each.decision == Decision.RETURN
    ]
    reasons = audit.words([log.RETURNED], clips, key="annotation") if clips else {}
    return [(each, reasons.get(str(each.annotation_id), Words())) for each in decisions]


def _standing(annotations: QuerySet[Annotation]) -> QuerySet[Annotation]:
    """Without labels that were replaced, and those of slots that were left after a lead had returned them."""
    return annotations.filter(current=True).exclude(assignment__state__in=LEFT)


def _own(reviewer: User, state: str) -> QuerySet[Assignment]:
    related = Assignment.objects.select_related("clip__owner", "task", "project")
    return related.filter(reviewer=reviewer, state=state)


def _passing(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    return assignments.filter(Exists(gate.passing(Purpose.LABELING).filter(pk=OuterRef("clip"))))

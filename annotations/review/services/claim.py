"""Claiming the next clip: one statement on one partial index, right under any number of reviewers."""

import uuid
from typing import Any, cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField, Field

from annotations.accounts.models import User
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.review import log, selectors
from annotations.review.models import Assignment, Project
from annotations.review.rules import ASSIGNMENTS
from annotations.review.services.leases import expire_at_end, keep, take_up
from annotations.review.services.support import lock, lock_person, record, require_prepared

# The condition of the partial index, spelt out: with a parameter in its place SQLite would not use that index.
_OPEN = RawSQL("review_assignment.state = 'open'", [], output_field=BooleanField())

# Around the pick, which Django writes. Only the picked row is locked, and only until the lease is written: a review
# never holds a lock.
_LEASE = "UPDATE review_assignment SET state = 'leased', reviewer_id = %s, leased_at = %s, lease_until = %s"
_POSTGRESQL = (
    "WITH picked AS MATERIALIZED (",
    f") {_LEASE} FROM picked WHERE review_assignment.id = picked.id RETURNING review_assignment.id",
)
_SQLITE = (f"{_LEASE} WHERE id = (", ") RETURNING id")


@transaction.atomic
def next_clip(reviewer: User) -> Assignment | None:
    """The clip to label now: the one that the reviewer holds already, or else a newly claimed one.

    None when there is nothing for them to do. Raises Conflict `training_missing` or `statement_missing` for somebody
    who must not be given a clip yet.
    """
    ASSIGNMENTS.check("claim", reviewer.actor)
    held = _held(reviewer)
    return keep(held[0], reviewer) if held else _claim(reviewer)


@transaction.atomic
def prefetch(reviewer: User, current: uuid.UUID) -> Assignment | None:
    """The clip to fetch ahead while `current` is on screen. None when there is nothing more.

    Asking again gives the same clip: a person holds two at most, and nobody hoards.
    """
    ASSIGNMENTS.check("claim", reviewer.actor)
    ahead = [assignment for assignment in _held(reviewer) if assignment.public_id != current]
    return keep(ahead[0], reviewer) if ahead else _claim(reviewer)


def _held(reviewer: User) -> list[Assignment]:
    """What the person has in hand. What cannot be extended any more, and whose time is over, goes to others now."""
    require_prepared(lock_person(reviewer))
    return [assignment for assignment in selectors.held(reviewer) if not expire_at_end(assignment)]


def _claim(reviewer: User) -> Assignment | None:
    """What came back to the person, else something new, else what they did not finish in time and nobody took."""
    for waiting in (selectors.returned(reviewer), None, selectors.unfinished(reviewer)):
        taken = _first(waiting, reviewer) if waiting is not None else _new(reviewer)
        if taken:
            return taken
    return None


def _first(waiting: QuerySet[Assignment], reviewer: User) -> Assignment | None:
    found = waiting.values("pk", "clip_id").first()
    if found is None:
        return None
    try:
        return take_up(lock(found["pk"], found["clip_id"]), reviewer)
    except Conflict:  # taken or held between the two statements
        return None


def _new(reviewer: User) -> Assignment | None:
    for project in (
        Project.objects.filter(active=True).order_by("created_at", "pk").values_list("pk", flat=True)
    ):
        if taken := _take(project, reviewer):
            assignment = Assignment.objects.select_related("clip__owner", "task", "project").get(pk=taken)
            record(log.CLAIMED, reviewer.actor, assignment.clip, {"assignment": str(assignment.public_id)})
            return assignment
    return None


def _take(project: uuid.UUID, reviewer: User) -> uuid.UUID | None:
    """Leases the first free slot of the project that the person may have, and returns its key."""
    now = clock.now()
    pick, parameters = _pick(project, reviewer).query.get_compiler(connection=connection).as_sql()
    lease = [
        _adapted("reviewer", reviewer.pk),
        _adapted("leased_at", now),
        _adapted("lease_until", now + clock.seconds(settings.REVIEW_LEASE_SECONDS)),
    ]
    if connection.vendor == "postgresql":
        statement, ordered = pick.join(_POSTGRESQL), [*parameters, *lease]
    else:
        statement, ordered = pick.join(_SQLITE), [*lease, *parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement, ordered)
        row = cursor.fetchone()
    return Assignment._meta.pk.to_python(row[0]) if row else None


def _pick(project: uuid.UUID, reviewer: User) -> QuerySet[Assignment, Any]:
    """The first free slot of a clip that passes the gate and that the person never had, locked, as a query."""
    theirs = Assignment.objects.filter(task=OuterRef("task"), reviewer=reviewer)
    passing = gate.passing(Purpose.LABELING).filter(pk=OuterRef("clip"))
    return (
        Assignment.objects.filter(_OPEN, ~Exists(theirs), Exists(passing), project=project)
        .order_by("-priority", "pk")
        .select_for_update(skip_locked=True, of=("self",))
        .values("id")[:1]
    )


def _adapted(field: str, value: Any) -> Any:
    """The value as the database's driver wants it."""
    column = cast("Field[Any, Any]", Assignment._meta.get_field(field))
    return column.get_db_prep_save(value, connection)

"""Having a clip for a while: more time, taking it up again, and the end of the time."""

import datetime
import uuid

from django.conf import settings
from django.db import transaction

from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.review import log, selectors
from annotations.review.enums import AssignmentState
from annotations.review.models import Assignment
from annotations.review.rules import ASSIGNMENTS, FREE, LONGEST_LEASE, MOST_HELD, TIMED
from annotations.review.services.support import (
    lock,
    lock_own,
    lock_person,
    lock_row,
    record,
    replace,
    require_lease,
    require_prepared,
)


@transaction.atomic
def resume(reviewer: User, assignment_id: uuid.UUID) -> Assignment:
    """The person opens a clip that is theirs: they get time for it, also when it came back to them or had expired.

    Conflict `clip_held` or `lease_lost` when it is not theirs to label any more, `too_many_open` when they have as
    many in hand as one may have.
    """
    require_prepared(lock_person(reviewer))
    assignment = lock_own(reviewer, assignment_id)
    if assignment.state == AssignmentState.LEASED:
        require_lease(assignment)
        return keep(assignment, reviewer)
    return _take_one_more(assignment, reviewer)


@transaction.atomic
def extend(reviewer: User, assignment_id: uuid.UUID) -> Assignment:
    """The full time again, from now, up to LONGEST_LEASE times as long; Conflict `lease_at_its_end` after that."""
    assignment = lock_own(reviewer, assignment_id)
    if assignment.state == AssignmentState.EXPIRED:
        return _take_one_more(assignment, reviewer)
    require_lease(assignment)
    if not _extensible(assignment):
        raise Conflict(
            "lease_at_its_end",
            "You have had this clip for as long as one may. Submit your labels in the time left.",
        )
    return _renew(assignment, reviewer)


def waits(assignment: Assignment) -> bool:
    """Whether the reviewer would have to take the assignment up again: it came back, or its time is over."""
    if assignment.state == AssignmentState.LEASED:
        return assignment.lease_until is not None and assignment.lease_until <= clock.now()
    return assignment.state in ASSIGNMENTS.sources("resume")


def expire_leases(limit: int = 500) -> int:
    """Gives clips that were not submitted in time to others; how many. Drafts stay with whoever made them."""
    due = list(selectors.overdue()[:limit])
    return sum(_expire(pk, clip_id) for pk, clip_id in due)


@transaction.atomic
def take_away(reviewer: User) -> int:
    """Gives all clips that the person has in hand, or that wait for them, to others; how many. Drafts stay."""
    lock_row(reviewer)
    found = list(selectors.in_hand(reviewer).values_list("pk", "clip_id").order_by("clip_id", "pk"))
    return sum(_take_away(pk, clip_id) for pk, clip_id in found)


def keep(assignment: Assignment, reviewer: User) -> Assignment:
    """The assignment, renewed when little of its time is left: nobody is handed a clip that runs out at once."""
    half = clock.seconds(settings.REVIEW_LEASE_SECONDS / 2)
    due = assignment.lease_until
    short = due is None or due < clock.now() + half
    return _renew(assignment, reviewer) if short and _extensible(assignment) else assignment


def expire_at_end(assignment: Assignment) -> bool:
    """Whether the time of a leased assignment is over for good; it is then free for others."""
    due = assignment.lease_until
    over = due is not None and due < clock.now() and not _extensible(assignment)
    return over and _expire(assignment.pk, assignment.clip_id)


def take_up(assignment: Assignment, reviewer: User) -> Assignment:
    """Leases a locked assignment that came back or had expired; Conflict, with nothing written, when it is too late."""
    if assignment.state not in ASSIGNMENTS.sources("resume"):
        require_lease(assignment)
    gate.check(assignment.clip_id, Purpose.LABELING)
    if assignment.state == AssignmentState.EXPIRED:
        _withdraw_replacement(assignment)
    assignment.state = ASSIGNMENTS.target(assignment.state, "resume", reviewer.actor)
    assignment.leased_at = clock.now()
    assignment.lease_until = assignment.leased_at + clock.seconds(settings.REVIEW_LEASE_SECONDS)
    assignment.left_reason = ""
    assignment.save(update_fields=["state", "leased_at", "lease_until", "left_reason"])
    record(log.RESUMED, reviewer.actor, assignment.clip, {"assignment": str(assignment.public_id)})
    return assignment


def _take_one_more(assignment: Assignment, reviewer: User) -> Assignment:
    if selectors.held(reviewer).count() >= MOST_HELD:
        raise Conflict(
            "too_many_open", f"You have {MOST_HELD} clips open already. Submit or skip one of them first."
        )
    return take_up(assignment, reviewer)


def _end(assignment: Assignment) -> datetime.datetime:
    """When the assignment can be extended no further."""
    return (assignment.leased_at or clock.now()) + clock.seconds(
        LONGEST_LEASE * settings.REVIEW_LEASE_SECONDS
    )


def _extensible(assignment: Assignment) -> bool:
    return assignment.lease_until is None or assignment.lease_until < _end(assignment)


def _withdraw_replacement(assignment: Assignment) -> None:
    """Removes the slot that replaced an expired one, while nobody has taken it."""
    replacement = (
        Assignment.objects.select_for_update()
        .filter(task=assignment.task_id, number=assignment.number, state__in=FREE, reviewer=None)
        .first()
    )
    if replacement is None:
        raise Conflict("lease_lost", "The time for this clip was over, and somebody else labels it now.")
    replacement.delete()


def _renew(assignment: Assignment, reviewer: User) -> Assignment:
    assignment.state = ASSIGNMENTS.target(assignment.state, "extend", reviewer.actor)
    full = clock.now() + clock.seconds(settings.REVIEW_LEASE_SECONDS)
    assignment.lease_until = min(full, _end(assignment))
    assignment.save(update_fields=["lease_until"])
    record(log.EXTENDED, reviewer.actor, assignment.clip, {"assignment": str(assignment.public_id)})
    return assignment


@transaction.atomic
def _expire(pk: uuid.UUID, clip_id: uuid.UUID) -> bool:
    assignment = lock(pk, clip_id)
    now = clock.now()
    if assignment.state not in TIMED or assignment.lease_until is None or assignment.lease_until >= now:
        return False
    assignment.state = ASSIGNMENTS.target(assignment.state, "expire", WORKER)
    assignment.lease_until, assignment.ended_at, assignment.left_reason = None, now, ""
    assignment.save(update_fields=["state", "lease_until", "ended_at", "left_reason"])
    replace(assignment)
    record(log.EXPIRED, WORKER, assignment.clip, {"assignment": str(assignment.public_id)})
    return True


def _take_away(pk: uuid.UUID, clip_id: uuid.UUID) -> bool:
    assignment = lock(pk, clip_id)
    if assignment.state not in ASSIGNMENTS.sources("take away"):
        return False
    assignment.state = ASSIGNMENTS.target(assignment.state, "take away", WORKER)
    assignment.lease_until, assignment.ended_at, assignment.left_reason = None, clock.now(), ""
    assignment.save(update_fields=["state", "lease_until", "ended_at", "left_reason"])
    replace(assignment)
    record(log.TAKEN_AWAY, WORKER, assignment.clip, {"assignment": str(assignment.public_id)})
    return True

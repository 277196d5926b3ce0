"""A clip is somebody's for a while: more time, the end of it, and what a person may still do after that."""

import datetime
import uuid
from collections.abc import Callable

import pytest

from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.services import place, release_hold
from annotations.core import clock
from annotations.core.errors import Conflict, Missing
from annotations.review import services
from annotations.review.enums import AssignmentState as A
from annotations.review.models import Assignment, Draft
from annotations.review.sealed_words import draft_body
from tests.factories import make_assignment, make_body, make_queued_clip, make_user

pytestmark = pytest.mark.django_db


def run_out(assignment: Assignment) -> None:
    """The time of the assignment is over."""
    Assignment.objects.filter(pk=assignment.pk).update(
        lease_until=clock.now() - datetime.timedelta(seconds=1)
    )


def state(assignment: Assignment) -> str:
    return Assignment.objects.values_list("state", flat=True).get(pk=assignment.pk)


def test_more_time_is_the_full_time_from_now() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    run_out(assignment)
    extended = services.extend(reviewer, assignment.public_id)
    assert extended.lease_until is not None
    assert extended.lease_until > clock.now() + datetime.timedelta(minutes=19)
    assert LogEntry.objects.filter(action="review.extended", actor=reviewer.pseudonym).exists()


def test_a_clip_can_be_extended_to_four_times_its_time_and_no_further() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    taken = clock.now() - datetime.timedelta(minutes=75)
    Assignment.objects.filter(pk=assignment.pk).update(
        leased_at=taken, lease_until=clock.now() + datetime.timedelta(seconds=30)
    )
    extended = services.extend(reviewer, assignment.public_id)
    assert extended.lease_until == taken + datetime.timedelta(minutes=80)
    with pytest.raises(Conflict) as caught:
        services.extend(reviewer, assignment.public_id)
    assert caught.value.code == "lease_at_its_end"
    assert services.next_clip(reviewer) == assignment


def test_a_clip_whose_time_is_over_for_good_is_not_handed_to_its_holder_before_others() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    taken = clock.now() - datetime.timedelta(minutes=81)
    Assignment.objects.filter(pk=assignment.pk).update(
        leased_at=taken, lease_until=taken + datetime.timedelta(minutes=80)
    )
    other = make_queued_clip()
    following = services.next_clip(reviewer)
    assert following is not None
    assert following.clip == other
    assert state(assignment) == A.EXPIRED
    offered = services.next_clip(make_user())
    assert offered is not None
    assert offered.clip == assignment.clip


@pytest.mark.parametrize("take", [services.resume, services.extend])
def test_nobody_has_more_than_two_clips_in_hand(take: Callable[[User, uuid.UUID], Assignment]) -> None:
    reviewer = make_user()
    late = make_assignment(reviewer)
    run_out(late)
    services.expire_leases()
    current = make_assignment(reviewer)
    make_queued_clip()
    services.prefetch(reviewer, current.public_id)
    with pytest.raises(Conflict) as caught:
        take(reviewer, late.public_id)
    assert caught.value.code == "too_many_open"
    assert state(late) == A.EXPIRED
    services.submit(reviewer, current.public_id, make_body())
    assert take(reviewer, late.public_id).state == A.LEASED


def test_labels_of_a_late_clip_can_be_handed_in_with_two_others_in_hand() -> None:
    reviewer = make_user()
    late = make_assignment(reviewer)
    run_out(late)
    services.expire_leases()
    current = make_assignment(reviewer)
    make_queued_clip()
    services.prefetch(reviewer, current.public_id)
    services.submit(reviewer, late.public_id, make_body())
    assert state(late) == A.SUBMITTED


def test_an_assignment_of_somebody_else_looks_as_if_there_were_none() -> None:
    assignment = make_assignment(make_user())
    with pytest.raises(Missing):
        services.extend(make_user(), assignment.public_id)


def test_a_clip_that_was_not_submitted_in_time_goes_to_the_next_person() -> None:
    reviewer, other = make_user(), make_user()
    assignment = make_assignment(reviewer)
    assert services.next_clip(other) is None
    run_out(assignment)
    assert services.expire_leases() == 1
    assert state(assignment) == A.EXPIRED
    taken = services.next_clip(other)
    assert taken is not None
    assert taken.clip == assignment.clip
    assert LogEntry.objects.filter(action="review.expired", clip=assignment.clip.public_id).exists()


def test_leases_that_still_run_are_left_alone() -> None:
    assignment = make_assignment(make_user())
    assert services.expire_leases() == 0
    assert state(assignment) == A.LEASED


def test_labels_handed_in_late_count_while_nobody_took_the_clip() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    run_out(assignment)
    services.expire_leases()
    services.submit(reviewer, assignment.public_id, make_body())
    assert state(assignment) == A.SUBMITTED
    assert services.next_clip(make_user()) is None


def test_labels_handed_in_after_somebody_else_took_the_clip_are_refused_and_the_draft_is_kept() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.save_draft(reviewer, assignment.public_id, 0, make_body())
    run_out(assignment)
    services.expire_leases()
    assert services.next_clip(make_user()) is not None
    with pytest.raises(Conflict) as caught:
        services.submit(reviewer, assignment.public_id, make_body())
    assert caught.value.code == "lease_lost"
    assert Draft.objects.filter(assignment=assignment).exists()


def test_the_only_reviewer_gets_an_expired_clip_again_with_its_draft() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.save_draft(reviewer, assignment.public_id, 0, make_body(note="so far"))
    run_out(assignment)
    services.expire_leases()
    again = services.next_clip(reviewer)
    assert again == assignment
    assert draft_body(Draft.objects.get(assignment=again))["note"] == "so far"
    assert Assignment.objects.filter(task=assignment.task).count() == 1


def test_new_clips_come_before_expired_ones() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    run_out(assignment)
    services.expire_leases()
    newer = make_assignment(reviewer)
    assert newer.clip != assignment.clip


def test_opening_a_clip_that_is_held_is_refused_with_the_reason() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    place(assignment.clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    for call in (services.resume, services.extend):
        with pytest.raises(Conflict) as caught:
            call(reviewer, assignment.public_id)
        assert caught.value.code == "clip_held"


def test_a_clip_that_comes_back_after_a_hold_goes_to_its_reviewer_first_with_the_draft() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.save_draft(reviewer, assignment.public_id, 0, make_body(note="half done"))
    place(assignment.clip, HoldReason.LEGAL, COMMAND_LINE)
    services.enqueue(assignment.clip_id)
    assert state(assignment) == A.PARKED
    release_hold(assignment.clip, HoldReason.LEGAL, COMMAND_LINE)
    services.enqueue(assignment.clip_id)
    assert state(assignment) == A.RETURNED
    assert services.next_clip(make_user()) is None
    assert services.next_clip(reviewer) == assignment


def test_a_clip_that_came_back_and_waits_too_long_goes_to_somebody_else() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    place(assignment.clip, HoldReason.LEGAL, COMMAND_LINE)
    services.enqueue(assignment.clip_id)
    release_hold(assignment.clip, HoldReason.LEGAL, COMMAND_LINE)
    services.enqueue(assignment.clip_id)
    run_out(assignment)
    services.expire_leases()
    taken = services.next_clip(make_user())
    assert taken is not None
    assert taken.clip == assignment.clip

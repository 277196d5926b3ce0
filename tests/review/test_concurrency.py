"""Many people at once: on both databases no clip is handed out twice and no label is lost or counted twice."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.models import Hold
from annotations.clips.services import place
from annotations.core.errors import Conflict
from annotations.core.shown import ChangedSince
from annotations.review import services
from annotations.review.enums import AssignmentState as A
from annotations.review.models import Annotation, Assignment, ReviewTask
from tests.factories import make_assignment, make_body, make_project, make_queued_clip, make_user

pytestmark = [pytest.mark.engines, pytest.mark.usefixtures("fresh_database")]

THREADS = 6


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Runs each call in a thread with a connection of its own, all let go at the same moment."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        except (ChangedSince, Conflict) as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def label_until_empty(reviewer: User) -> list[Any]:
    """Claims and hands in until nothing is left; the clips in order."""
    done = []
    while assignment := services.next_clip(reviewer):
        services.submit(reviewer, assignment.public_id, make_body())
        done.append(assignment.clip_id)
    return done


@pytest.mark.parametrize("wanted", [1, 2])
def test_a_crowd_labels_every_clip_as_often_as_wanted_and_nobody_one_twice(wanted: int) -> None:
    make_project(reviewers=wanted)
    clips = {make_queued_clip().pk for _ in range(15)}
    reviewers = [make_user() for _ in range(THREADS)]
    done = at_once(*[lambda reviewer=reviewer: label_until_empty(reviewer) for reviewer in reviewers])
    assert all(len(mine) == len(set(mine)) for mine in done)
    assert Counter(clip for mine in done for clip in mine) == dict.fromkeys(clips, wanted)
    assert Annotation.objects.count() == len(clips) * wanted
    assert set(ReviewTask.objects.values_list("state", flat=True)) == {"settling"}
    assert LogEntry.objects.filter(action="review.claimed").count() == len(clips) * wanted
    assert LogEntry.objects.filter(action="review.submitted").count() == len(clips) * wanted


def test_one_person_with_many_tabs_holds_no_more_than_one_clip_by_asking_for_the_next() -> None:
    make_project()
    for _ in range(THREADS):
        make_queued_clip()
    reviewer = make_user()
    given = at_once(*[lambda: services.next_clip(reviewer)] * THREADS)
    assert len({assignment.pk for assignment in given}) == 1
    assert Assignment.objects.filter(reviewer=reviewer).count() == 1


def test_one_person_with_many_tabs_takes_up_no_more_than_two_clips() -> None:
    reviewer = make_user()
    handed_in = [
        services.submit(reviewer, make_assignment(reviewer).public_id, make_body()) for _ in range(THREADS)
    ]
    for annotation in handed_in:
        task = annotation.assignment.task.public_id
        services.send_back(task, annotation.pk, "Look again", make_user("lead").actor)
    keys = [annotation.assignment.public_id for annotation in handed_in]
    taken = at_once(*[lambda key=key: services.resume(reviewer, key) for key in keys])
    assert taken.count("too_many_open") == THREADS - 2
    assert Assignment.objects.filter(reviewer=reviewer, state=A.LEASED).count() == 2


def test_many_clicks_hand_in_once() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    made = at_once(*[lambda: services.submit(reviewer, assignment.public_id, make_body())] * THREADS)
    assert len({annotation.pk for annotation in made}) == 1
    assert Annotation.objects.count() == 1


def test_a_hold_and_a_submission_at_once_end_in_one_order_or_the_other() -> None:
    make_project()
    for _ in range(5):
        reviewer = make_user()
        assignment = make_assignment(reviewer)
        at_once(
            lambda: services.submit(reviewer, assignment.public_id, make_body()),  # noqa: B023
            lambda: place(assignment.clip, HoldReason.FLAGGED, COMMAND_LINE),  # noqa: B023
        )
        held = Hold.objects.get(clip=assignment.clip)
        annotation = Annotation.objects.filter(assignment=assignment).first()
        assert annotation is None or annotation.submitted_at <= held.placed_at
        assignment.refresh_from_db()
        assert assignment.state == (A.SUBMITTED if annotation else A.LEASED)
        services.enqueue(assignment.clip_id)


def test_claims_and_parking_at_once_leave_no_clip_of_a_held_kind_in_anybodys_hands() -> None:
    make_project()
    clips = [make_queued_clip() for _ in range(8)]
    for clip in clips:
        place(clip, HoldReason.FLAGGED, COMMAND_LINE)
    reviewers = [make_user() for _ in range(4)]
    claims = [lambda reviewer=reviewer: services.next_clip(reviewer) for reviewer in reviewers]
    parks = [lambda clip=clip: services.enqueue(clip.pk) for clip in clips]
    given = at_once(*claims, *parks)
    assert set(given) == {None}
    assert set(Assignment.objects.values_list("state", flat=True)) == {A.PARKED}


def test_an_expired_clip_is_either_taken_up_again_or_taken_by_another_never_both() -> None:
    make_project()
    for _ in range(5):
        reviewer, other = make_user(), make_user()
        assignment = make_assignment(reviewer)
        Assignment.objects.filter(pk=assignment.pk).update(lease_until=assignment.leased_at)
        services.expire_leases()
        at_once(
            lambda: services.submit(reviewer, assignment.public_id, make_body()),  # noqa: B023
            lambda: services.next_clip(other),  # noqa: B023
        )
        counting = Assignment.objects.filter(task=assignment.task).exclude(state=A.EXPIRED)
        assert counting.count() == 1
        assert counting.get().state in {A.SUBMITTED, A.LEASED}

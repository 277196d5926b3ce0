"""Who gets which clip: never twice to one person, never more reviewers than wanted, never a held clip."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.models import Consent
from annotations.clips.services import place, withdraw
from annotations.core import clock
from annotations.review import services
from annotations.review.enums import AssignmentState as A
from annotations.review.models import Assignment
from tests.factories import make_body, make_project, make_queued_clip, make_user

pytestmark = pytest.mark.django_db


def test_a_claim_leases_the_clip_that_waits_longest() -> None:
    make_project()
    first, _ = make_queued_clip(), make_queued_clip()
    before = clock.now()
    assignment = services.next_clip(make_user())
    assert assignment is not None
    assert (assignment.clip, assignment.state) == (first, A.LEASED)
    assert assignment.lease_until is not None
    assert assignment.lease_until > before + datetime.timedelta(minutes=19)


def test_a_higher_priority_goes_first() -> None:
    make_project()
    make_queued_clip()
    urgent = make_queued_clip()
    Assignment.objects.filter(clip=urgent).update(priority=5)
    assignment = services.next_clip(make_user())
    assert assignment is not None
    assert assignment.clip == urgent


def test_a_claim_is_on_the_log_with_its_person_and_purpose() -> None:
    make_project()
    clip, reviewer = make_queued_clip(), make_user()
    services.next_clip(reviewer)
    entry = LogEntry.objects.get(action="review.claimed")
    assert (entry.actor, entry.clip, entry.purpose) == (reviewer.pseudonym, clip.public_id, "labeling")
    assert entry.subject == clip.owner.pseudonym


def test_two_people_get_different_clips_and_a_third_gets_none() -> None:
    make_project()
    clips = {make_queued_clip().pk, make_queued_clip().pk}
    given = [services.next_clip(make_user()) for _ in range(3)]
    assert {assignment.clip_id for assignment in given if assignment} == clips
    assert given[2] is None


def test_one_clip_goes_to_as_many_people_as_reviewers_are_wanted() -> None:
    make_project(reviewers=2)
    clip = make_queued_clip()
    given = [services.next_clip(make_user()) for _ in range(3)]
    assert [assignment and assignment.clip_id for assignment in given] == [clip.pk, clip.pk, None]


def test_nobody_gets_the_same_clip_twice() -> None:
    make_project(reviewers=2)
    make_queued_clip()
    reviewer = make_user()
    assignment = services.next_clip(reviewer)
    assert assignment is not None
    services.submit(reviewer, assignment.public_id, make_body())
    assert services.next_clip(reviewer) is None


def test_the_database_itself_refuses_a_second_slot_for_one_person_and_a_slot_too_many() -> None:
    make_project(reviewers=2)
    clip, reviewer = make_queued_clip(), make_user()
    services.next_clip(reviewer)
    other = Assignment.objects.get(clip=clip, state=A.OPEN)
    other.reviewer, other.state, other.lease_until = reviewer, A.LEASED, clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    other.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            task=other.task, project=other.project, clip=clip, number=other.number, state=A.OPEN
        )


@pytest.mark.parametrize("reason", [HoldReason.FLAGGED, HoldReason.AWAITING_REDACTION, HoldReason.WITHDRAWN])
def test_a_held_clip_is_passed_over_before_any_event_has_parked_it(reason: HoldReason) -> None:
    make_project()
    held, free = make_queued_clip(), make_queued_clip()
    place(held, reason, COMMAND_LINE)
    assignment = services.next_clip(make_user())
    assert assignment is not None
    assert assignment.clip == free


def test_a_clip_whose_consent_has_ended_is_passed_over_at_that_second() -> None:
    make_project()
    clip = make_queued_clip()
    Consent.objects.filter(pk=clip.consent_id).update(
        granted_at=clock.now() - datetime.timedelta(days=2), until=clock.now()
    )
    assert services.next_clip(make_user()) is None


def test_a_withdrawn_clip_is_passed_over() -> None:
    make_project()
    withdraw(make_queued_clip(), COMMAND_LINE)
    assert services.next_clip(make_user()) is None


def test_clips_of_a_project_that_is_not_active_wait() -> None:
    project = make_project()
    make_queued_clip()
    project.active = False
    project.save()
    assert services.next_clip(make_user()) is None


def test_asking_for_the_next_clip_again_gives_the_one_that_is_held() -> None:
    make_project()
    make_queued_clip(), make_queued_clip()
    reviewer = make_user()
    assert services.next_clip(reviewer) == services.next_clip(reviewer)


def test_one_clip_can_be_fetched_ahead_and_never_more() -> None:
    make_project()
    for _ in range(4):
        make_queued_clip()
    reviewer = make_user()
    current = services.next_clip(reviewer)
    assert current is not None
    ahead = services.prefetch(reviewer, current.public_id)
    assert ahead is not None
    assert current != ahead
    assert services.prefetch(reviewer, current.public_id) == ahead
    assert services.prefetch(reviewer, ahead.public_id) == current
    assert services.prefetch(reviewer, uuid.uuid4()) == current
    assert Assignment.objects.filter(reviewer=reviewer).count() == 2


def test_after_a_submission_the_clip_fetched_ahead_is_next() -> None:
    make_project()
    for _ in range(3):
        make_queued_clip()
    reviewer = make_user()
    current = services.next_clip(reviewer)
    assert current is not None
    ahead = services.prefetch(reviewer, current.public_id)
    services.submit(reviewer, current.public_id, make_body())
    assert services.next_clip(reviewer) == ahead


def test_a_clip_fetched_ahead_long_ago_is_handed_over_with_time_to_label_it() -> None:
    make_project()
    make_queued_clip(), make_queued_clip()
    reviewer = make_user()
    current = services.next_clip(reviewer)
    assert current is not None
    ahead = services.prefetch(reviewer, current.public_id)
    assert ahead is not None
    Assignment.objects.filter(pk=ahead.pk).update(lease_until=clock.now() + datetime.timedelta(seconds=5))
    again = services.prefetch(reviewer, current.public_id)
    assert again is not None
    assert again == ahead
    assert again.lease_until is not None
    assert again.lease_until > clock.now() + datetime.timedelta(minutes=19)


def test_the_statement_of_a_claim_reads_the_partial_index() -> None:
    make_project()
    make_queued_clip()
    with CaptureQueriesContext(connection) as queries:
        services.next_clip(make_user())
    (taken,) = [query["sql"] for query in queries if "SET state = 'leased'" in query["sql"]]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {taken}")
        else:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {taken}")
        plan = "\n".join(str(row) for row in cursor.fetchall())
    assert "assignment_claim" in plan

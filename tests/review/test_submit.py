"""Drafts lose nothing, and labels are handed in once."""

from typing import Any

import pytest

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.clips.enums import HoldReason
from annotations.clips.services import place, withdraw
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.review import services
from annotations.review.body import digest
from annotations.review.enums import AssignmentState as A, TaskState
from annotations.review.models import Annotation, Assignment, Draft, ReviewTask
from annotations.review.sealed_words import body_of, digest_of, draft_body
from tests.factories import make_assignment, make_body, make_project, make_queued_clip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def code(call: Any, *arguments: Any) -> str:
    with pytest.raises((Conflict, Invalid, Missing)) as caught:
        call(*arguments)
    return str(caught.value.code)


def test_a_draft_counts_its_revisions_up() -> None:
    reviewer = make_user()
    key = make_assignment(reviewer).public_id
    assert services.save_draft(reviewer, key, 0, make_body()) == 1
    assert services.save_draft(reviewer, key, 1, make_body(note="more")) == 2


def test_a_draft_that_another_tab_wrote_is_not_overwritten_but_shown() -> None:
    reviewer = make_user()
    key = make_assignment(reviewer).public_id
    services.save_draft(reviewer, key, 0, make_body(note="theirs"))
    with pytest.raises(Conflict) as caught:
        services.save_draft(reviewer, key, 0, make_body(note="mine"))
    assert caught.value.code == "draft_conflict"
    assert (caught.value.extra["revision"], caught.value.extra["body"]["note"]) == (1, "theirs")


def test_a_draft_sent_again_because_its_answer_was_lost_is_no_conflict() -> None:
    reviewer = make_user()
    key = make_assignment(reviewer).public_id
    services.save_draft(reviewer, key, 0, make_body())
    assert services.save_draft(reviewer, key, 0, make_body()) == 1


def test_labels_made_while_the_clip_was_taken_away_are_saved_and_the_page_is_told() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    withdraw(assignment.clip, COMMAND_LINE)
    assert code(services.save_draft, reviewer, assignment.public_id, 0, make_body(note="late")) == "clip_held"
    services.enqueue(assignment.clip_id)
    later = make_body(note="later")
    assert code(services.save_draft, reviewer, assignment.public_id, 1, later) == "clip_held"
    assert draft_body(Draft.objects.get(assignment=assignment))["note"] == "later"


def test_a_draft_of_labels_that_were_handed_in_is_refused() -> None:
    reviewer = make_user()
    key = make_assignment(reviewer).public_id
    services.submit(reviewer, key, make_body())
    assert code(services.save_draft, reviewer, key, 1, make_body(note="too late")) == "already_submitted"


@pytest.mark.both
def test_labels_are_kept_with_their_schema_rendition_and_digest() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    annotation = services.submit(reviewer, assignment.public_id, make_body())
    annotation.refresh_from_db()
    assert body_of(annotation) == make_body(), "make_body has every attribute, new ones too."
    assert "note" not in annotation.body
    assert annotation.sha256 == digest_of(annotation)
    assert annotation.sha256 != digest(make_body()), "without the salt nobody can try guesses"
    assert annotation.schema.version == 1
    assert annotation.rendition == assignment.clip.renditions.get(current=True)
    entry = LogEntry.objects.get(action="review.submitted")
    assert (entry.actor, entry.clip) == (reviewer.pseudonym, assignment.clip.public_id)


def test_a_double_click_or_a_second_tab_hands_in_once() -> None:
    reviewer = make_user()
    key = make_assignment(reviewer).public_id
    first = services.submit(reviewer, key, make_body())
    assert services.submit(reviewer, key, make_body(verdict="unsure")) == first
    assert Annotation.objects.count() == 1
    assert LogEntry.objects.filter(action="review.submitted").count() == 1


def test_labels_without_a_verdict_or_outside_the_clip_are_refused_and_the_clip_stays_leased() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    key = assignment.public_id
    assert code(services.submit, reviewer, key, make_body(verdict=None)) == "verdict_missing"
    event = {"id": "e1", "label": "package", "start": 0, "end": 30}
    assert code(services.submit, reviewer, key, make_body(events=[event])) == "invalid_body"
    assignment.refresh_from_db()
    assert assignment.state == A.LEASED


def test_labels_of_a_clip_that_is_held_are_refused() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    place(assignment.clip, HoldReason.FLAGGED, COMMAND_LINE)
    assert code(services.submit, reviewer, assignment.public_id, make_body()) == "clip_held"
    assert not Annotation.objects.exists()


def test_labels_on_somebody_elses_clip_are_refused_as_if_there_were_none() -> None:
    assignment = make_assignment(make_user())
    assert code(services.submit, make_user(), assignment.public_id, make_body()) == "assignment_missing"


def test_handing_in_older_labels_does_not_bury_newer_ones_of_another_tab() -> None:
    reviewer = make_user()
    key = make_assignment(reviewer).public_id
    services.save_draft(reviewer, key, 0, make_body(note="old"))
    services.save_draft(reviewer, key, 1, make_body(note="new"))
    assert code(services.submit, reviewer, key, make_body(note="old"), 1) == "draft_conflict"
    services.submit(reviewer, key, make_body(note="new"), 1)


def test_a_task_waits_for_a_lead_once_every_reviewer_has_handed_in() -> None:
    make_project(reviewers=2)
    clip = make_queued_clip()
    task = ReviewTask.objects.get(clip=clip)
    for expected in (TaskState.OPEN, TaskState.SETTLING):
        reviewer = make_user()
        assignment = services.next_clip(reviewer)
        assert assignment is not None
        services.submit(reviewer, assignment.public_id, make_body())
        task.refresh_from_db()
        assert task.state == expected


def test_slots_that_were_left_do_not_count() -> None:
    make_project()
    make_queued_clip()
    skipper, reviewer = make_user(), make_user()
    first = services.next_clip(skipper)
    assert first is not None
    services.skip(skipper, first.public_id, "cannot_see")
    second = services.next_clip(reviewer)
    assert second is not None
    services.submit(reviewer, second.public_id, make_body())
    assert ReviewTask.objects.get().state == TaskState.SETTLING
    assert Assignment.objects.count() == 2

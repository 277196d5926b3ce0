"""Skipping, flagging, reporting a visible face, and what was watched."""

import datetime
import json
from typing import Any

import pytest

from annotations.audit import selectors as audit
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.clips import gate
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.services import place, release_hold
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.moderation import selectors as flags, services as moderation
from annotations.moderation.models import Flag
from annotations.redaction.models import RedactionRun
from annotations.review import selectors, services
from annotations.review.enums import AssignmentState as A
from annotations.review.models import Assignment, Draft
from annotations.review.sealed_words import draft_body
from tests.factories import make_assignment, make_body, make_rendition, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FACE = {"frame": 3, "box": [10, 10, 12, 14]}


def entry(action: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(LogEntry.objects.get(action=action).canonical))
    return found


def test_a_skipped_clip_goes_to_somebody_else_and_never_back() -> None:
    reviewer, other = make_user(), make_user()
    assignment = make_assignment(reviewer)
    services.skip(reviewer, assignment.public_id, "cannot_see", "Too dark for me")
    assert services.next_clip(reviewer) is None
    taken = services.next_clip(other)
    assert taken is not None
    assert taken.clip == assignment.clip


def test_the_reason_of_a_skip_is_on_the_log_and_the_words_are_erasable() -> None:
    reviewer = make_user()
    services.skip(reviewer, make_assignment(reviewer).public_id, "other", "My neighbour's house")
    skipped = entry("review.skipped")
    assert skipped["data"]["reason"] == "other"
    assert "neighbour" not in json.dumps(skipped)
    (line,) = audit.present([LogEntry.objects.get(pk=skipped["id"])])
    assert "neighbour" in str(line.detail)


def test_an_unknown_reason_is_refused_and_the_clip_stays() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    with pytest.raises(Invalid):
        services.skip(reviewer, assignment.public_id, "boredom")
    assignment.refresh_from_db()
    assert assignment.state == A.LEASED


def test_a_flagged_clip_is_out_of_every_queue_with_the_commit() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.flag(reviewer, assignment.public_id, "nudity", "Bathroom")
    flag = Flag.objects.get()
    assert (flag.clip, flag.category, str(flags.notes([flag])[flag.pk]), flag.raised_by) == (
        assignment.clip, "nudity", "Bathroom", reviewer.pseudonym,
    )  # fmt: skip
    assert not gate.allows(assignment.clip_id, Purpose.LABELING)
    assert services.next_clip(make_user()) is None
    assignment.refresh_from_db()
    assert assignment.state == A.FLAGGED


def test_a_flagged_clip_whose_flag_is_dismissed_goes_to_somebody_else() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.flag(reviewer, assignment.public_id, "other")
    moderation.decide(Flag.objects.get().pk, "dismiss", "Nothing to see here", make_user("lead").actor)
    services.enqueue(assignment.clip_id)
    assert services.next_clip(reviewer) is None
    taken = services.next_clip(make_user())
    assert taken is not None
    assert taken.clip == assignment.clip


def test_an_unknown_category_flags_nothing() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    with pytest.raises(Invalid):
        services.flag(reviewer, assignment.public_id, "boring")
    assert gate.allows(assignment.clip_id, Purpose.LABELING)


def test_a_visible_face_holds_the_clip_and_asks_for_another_pass_with_its_box() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.save_draft(reviewer, assignment.public_id, 0, make_body())
    services.report_missed_regions(reviewer, assignment.public_id, [FACE])
    assert HoldReason.AWAITING_REDACTION in gate.reasons(assignment.clip_id)
    run = RedactionRun.objects.get(clip=assignment.clip, state="queued")
    assert run.missed_regions == [{"frame": 3, "box": [10.0, 10.0, 12.0, 14.0]}]
    assert draft_body(Draft.objects.get(assignment=assignment)) == make_body()
    data = entry("review.missed_regions")["data"]
    assert (data["faces"], data["kinds"]) == (1, {"face": 1})


def test_the_log_tells_the_kinds_and_older_entries_tell_of_faces() -> None:
    reviewer = make_user()
    plate = {**FACE, "kind": "licence_plate"}
    services.report_missed_regions(reviewer, make_assignment(reviewer).public_id, [FACE, plate])
    kind = lookup("review.missed_face")
    assert kind.present(entry("review.missed_regions")["data"]) == (
        "Left the reviewer, who saw something to hide: face (1), licence plate (1); boxes: 2"
    )
    assert kind.present({"assignment": "", "faces": 3}) == (
        "Left the reviewer, who saw something to hide: face; boxes: 3"
    )


def test_a_clip_that_was_hidden_again_comes_back_to_who_reported_the_face() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.report_missed_regions(reviewer, assignment.public_id, [FACE])
    services.enqueue(assignment.clip_id)
    assert services.next_clip(reviewer) is None
    make_rendition(assignment.clip)
    for reason in (HoldReason.AWAITING_REDACTION, HoldReason.AWAITING_SCREENING):
        release_hold(assignment.clip, reason, COMMAND_LINE)
    services.enqueue(assignment.clip_id)
    assert services.next_clip(make_user()) is None
    assert services.next_clip(reviewer) == assignment


def test_reports_reserve_five_clips_and_further_ones_go_to_whoever_comes_first() -> None:
    reviewer = make_user()
    reported = []
    for _ in range(6):
        assignment = make_assignment(reviewer)
        services.report_missed_regions(reviewer, assignment.public_id, [FACE])
        reported.append(assignment)
    for assignment in reported:
        assert not gate.allows(assignment.clip_id, Purpose.LABELING)
        make_rendition(assignment.clip)
        for reason in (HoldReason.AWAITING_REDACTION, HoldReason.AWAITING_SCREENING):
            release_hold(assignment.clip, reason, COMMAND_LINE)
        services.enqueue(assignment.clip_id)
    assert list(selectors.returned(reviewer)) == reported[:5]
    taken = services.next_clip(make_user())
    assert taken is not None
    assert taken.clip == reported[5].clip
    assert services.next_clip(make_user()) is None


def test_a_clip_that_was_not_reserved_for_its_reporter_keeps_their_labels_while_nobody_takes_it() -> None:
    reviewer = make_user()
    for _ in range(5):
        services.report_missed_regions(reviewer, make_assignment(reviewer).public_id, [FACE])
    last = make_assignment(reviewer)
    services.save_draft(reviewer, last.public_id, 0, make_body(note="so far"))
    services.report_missed_regions(reviewer, last.public_id, [FACE])
    make_rendition(last.clip)
    for reason in (HoldReason.AWAITING_REDACTION, HoldReason.AWAITING_SCREENING):
        release_hold(last.clip, reason, COMMAND_LINE)
    services.enqueue(last.clip_id)
    assert services.next_clip(reviewer) == last
    assert draft_body(Draft.objects.get(assignment=last))["note"] == "so far"


def test_a_face_outside_the_picture_reports_nothing() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    with pytest.raises(Invalid):
        services.report_missed_regions(
            reviewer, assignment.public_id, [{"frame": 3, "box": [90, 10, 50, 14]}]
        )
    assignment.refresh_from_db()
    assert assignment.state == A.LEASED


@pytest.mark.parametrize("way", ["skip", "flag", "report_missed_regions"])
def test_a_clip_that_is_not_held_by_the_person_cannot_be_left(way: str) -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.submit(reviewer, assignment.public_id, make_body())
    argument = [FACE] if way == "report_missed_regions" else "other"
    with pytest.raises(Conflict):
        getattr(services, way)(reviewer, assignment.public_id, argument)
    with pytest.raises(Missing):
        getattr(services, way)(make_user(), assignment.public_id, argument)


def test_watched_ranges_are_on_the_log_in_milliseconds_as_the_browsers_claim() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.record_watched(reviewer, assignment.public_id, [[1.0, 2.5], [0.0, 1.2], [2.9, 3.2]])
    watched = entry("review.watched")
    assert watched["data"]["ranges"] == [[0, 2500], [2900, 3000]]
    assert watched["data"]["claimed_by"] == "browser"
    assert watched["purpose"] == "labeling"


def test_what_was_watched_is_taken_after_the_labels_were_handed_in() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    services.submit(reviewer, assignment.public_id, make_body())
    services.record_watched(reviewer, assignment.public_id, [[0, 1]])
    assert LogEntry.objects.filter(action="review.watched").exists()


@pytest.mark.parametrize(
    "ranges", [[[-1, 2]], [[2, 1]], [[0, 99]], [[0]], [[float("nan"), 1]], [[0, 1]] * 501]
)
def test_ranges_that_nobody_can_have_watched_are_refused(ranges: list[list[float]]) -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    with pytest.raises(Invalid):
        services.record_watched(reviewer, assignment.public_id, ranges)


def test_nothing_watched_leaves_no_entry() -> None:
    reviewer = make_user()
    services.record_watched(reviewer, make_assignment(reviewer).public_id, [])
    assert not LogEntry.objects.filter(action="review.watched").exists()


def test_what_was_watched_is_not_taken_long_after_the_clip_left_the_screen() -> None:
    reviewer = make_user()
    skipped = make_assignment(reviewer)
    services.skip(reviewer, skipped.public_id, "other")
    submitted = make_assignment(reviewer)
    services.submit(reviewer, submitted.public_id, make_body())
    services.record_watched(reviewer, skipped.public_id, [[0, 1]])
    Assignment.objects.update(ended_at=clock.now() - datetime.timedelta(minutes=3))
    for assignment in (skipped, submitted):
        with pytest.raises(Conflict) as caught:
            services.record_watched(reviewer, assignment.public_id, [[0, 1]])
        assert caught.value.code == "not_watching"
    assert LogEntry.objects.filter(action="review.watched").count() == 1


@pytest.mark.both
def test_a_clip_that_was_taken_away_long_ago_is_not_watched_and_the_page_learns_why() -> None:
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    place(assignment.clip, HoldReason.WITHDRAWN, COMMAND_LINE)
    services.enqueue(assignment.clip_id)
    services.record_watched(reviewer, assignment.public_id, [[0, 1]])
    Assignment.objects.update(ended_at=clock.now() - datetime.timedelta(minutes=3))
    with pytest.raises(Conflict) as caught:
        services.record_watched(reviewer, assignment.public_id, [[0, 1]])
    assert caught.value.code == "clip_held"
    assert LogEntry.objects.filter(action="review.watched").count() == 1


@pytest.mark.both
def test_watching_somebody_elses_clip_cannot_be_claimed() -> None:
    assignment = make_assignment(make_user())
    with pytest.raises(Missing):
        services.record_watched(make_user(), assignment.public_id, [[0, 1]])
    assert Assignment.objects.count() == 1

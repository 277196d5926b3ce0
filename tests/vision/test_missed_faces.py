"""Boxes that a person drew, among what was detected, and what the check of a rendition objects to."""

from fractions import Fraction
from typing import Literal

import pytest

from annotations.vision.boxes import Box
from annotations.vision.detections import Detections
from annotations.vision.faces import Face
from annotations.vision.missed_faces import by_kind, exposed_as_missed, objects, with_missed
from annotations.vision.report import Evidence, ExposedFace, MissedFace, ResidualReport
from annotations.vision.video.timing import Schedule

DRAWN: Box = (10.0, 10.0, 20.0, 20.0)
RATE = 10.0


def clip(frames: int = 60, **found: object) -> Detections:
    """A clip in which nobody was detected, unless it is said."""
    return Detections(times=[number / RATE for number in range(frames)], **found)  # type: ignore[arg-type]


def missed(frame: int) -> list[MissedFace]:
    return [MissedFace(frame=frame, box=list(DRAWN))]


def test_a_drawn_box_is_held_for_a_second_both_ways() -> None:
    faces = with_missed(clip(), missed(30), RATE)
    assert set(faces) == set(range(20, 41))
    assert {face for found in faces.values() for face in found} == {Face(DRAWN, 1.0)}


def test_it_is_held_inside_its_scene_only() -> None:
    assert set(with_missed(clip(cuts={25: 25, 33: 33}), missed(30), RATE)) == set(range(25, 33))


def test_where_the_detector_found_something_there_its_box_stays() -> None:
    seen, elsewhere = Face((12.0, 12.0, 20.0, 20.0), 0.4), Face((200.0, 12.0, 20.0, 20.0), 0.4)
    detections = clip(faces={30: [seen], 32: [seen], 34: [elsewhere]})
    faces = with_missed(detections, missed(30), RATE)
    assert faces[30] == [seen, Face(DRAWN, 1.0)]
    assert faces[32] == [seen]
    assert faces[34] == [elsewhere, Face(DRAWN, 1.0)]
    assert detections.faces[30] == [seen], "what was found stays as it is"


def test_what_is_no_face_is_held_whatever_face_was_found_there() -> None:
    seen = Face((12.0, 12.0, 20.0, 20.0), 0.4)
    plate = MissedFace(frame=30, box=list(DRAWN), kind="licence_plate")
    assert with_missed(clip(faces={32: [seen]}), [plate], RATE)[32] == [seen, Face(DRAWN, 1.0)]


def test_what_was_drawn_is_told_apart_by_its_kind() -> None:
    plate = MissedFace(frame=30, box=list(DRAWN), kind="licence_plate")
    face = MissedFace(frame=31, box=list(DRAWN), kind="face")
    assert by_kind([*missed(30), plate, face]) == {"face": [*missed(30), face], "licence_plate": [plate]}


def test_a_frame_of_the_rendition_is_led_back_to_the_original() -> None:
    twice = Schedule(Fraction(20), [number // 2 for number in range(120)])
    assert set(with_missed(clip(schedule=twice), missed(60), RATE)) == set(range(20, 41))


def test_a_box_after_the_end_is_left_out() -> None:
    assert with_missed(clip(), missed(1000), RATE) == {}


def test_what_the_check_finds_is_a_missed_face() -> None:
    residual = ResidualReport(checked_frames=1, exposed=[ExposedFace(frame=30, box=list(DRAWN), score=0.9)])
    assert exposed_as_missed(residual) == missed(30)


def evidence(count: int) -> list[Evidence]:
    return [
        Evidence(frame=10 * number, box=list(DRAWN), score=0.8, model="other", kind="face")
        for number in range(count)
    ]


def test_evidence_is_a_missed_face_too() -> None:
    exposed = [ExposedFace(frame=30, box=list(DRAWN), score=0.9)]
    residual = ResidualReport(checked_frames=3, exposed=exposed, evidence=evidence(2))
    assert exposed_as_missed(residual) == missed(30) + missed(0) + missed(10)


def test_reports_from_before_there_was_a_second_opinion_object_only_to_exposed_faces() -> None:
    clean = ResidualReport(checked_frames=3, exposed=[])
    assert not objects(clean)
    assert exposed_as_missed(clean) == []
    assert objects(
        ResidualReport(checked_frames=3, exposed=[ExposedFace(frame=3, box=list(DRAWN), score=0.9)])
    )


def test_the_check_objects_to_evidence() -> None:
    assert objects(ResidualReport(checked_frames=3, exposed=[], evidence=evidence(1)))
    assert not objects(ResidualReport(checked_frames=3, exposed=[], evidence=[]))


@pytest.mark.parametrize(
    ("reason", "objected"), [("", False), ("too_dark", True), ("too_blurred", True), ("too_small", True)]
)
def test_the_check_objects_to_what_it_cannot_judge(
    reason: Literal["", "too_dark", "too_blurred", "too_small"], objected: bool
) -> None:
    residual = ResidualReport(checked_frames=3, exposed=[], evidence=[], unjudgeable=reason)
    assert objects(residual) == objected

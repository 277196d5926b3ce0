"""Tracks of faces and of heads, in one numbering."""

from dataclasses import replace

import pytest

from annotations.vision.boxes import Box
from annotations.vision.detections import Detections
from annotations.vision.faces import Face
from annotations.vision.linking import Stretch, link_all
from annotations.vision.tracking import TrackingRules

RATE, FRAMES = 10.0, 40
WHOLE = Stretch(0, FRAMES, RATE)
LEFT: Box = (20.0, 30.0, 30.0, 40.0)
RIGHT: Box = (200.0, 30.0, 30.0, 40.0)
RULES = TrackingRules()


def through(box: Box, score: float, first: int = 0, last: int = FRAMES - 1) -> dict[int, list[Face]]:
    """The same box on every third frame, moving a little, as a still one counts once."""
    return {frame: [Face((box[0] + frame % 5, *box[1:]), score)] for frame in range(first, last + 1, 3)}


def test_faces_and_heads_have_tracks_that_are_numbered_from_one() -> None:
    tracks = link_all(Detections(faces=through(LEFT, 0.9), heads=through(RIGHT, 0.9)), WHOLE, RULES)
    assert [track.id for track in tracks] == [1, 2]
    assert [round(track.boxes[10][0] / 100) for track in tracks] == [0, 2]
    assert all(sorted(track.boxes) == list(range(FRAMES)) for track in tracks)


def test_a_face_and_its_head_are_one_track_with_the_boxes_of_the_face() -> None:
    both = Detections(faces=through(LEFT, 0.9), heads=through((LEFT[0] - 3, *LEFT[1:]), 0.9))
    (track,) = link_all(both, WHOLE, RULES)
    (alone,) = link_all(Detections(faces=through(LEFT, 0.9)), WHOLE, RULES)
    assert track.boxes == alone.boxes


def test_a_head_hides_somebody_who_has_turned_away() -> None:
    turning = Detections(faces=through(LEFT, 0.9, 0, 10), heads=through(LEFT, 0.9))
    (track,) = link_all(turning, WHOLE, RULES)
    assert sorted(track.boxes) == list(range(FRAMES))


@pytest.mark.parametrize(("score", "found"), [(0.5, 0), (0.65, 1)])
def test_one_detection_of_a_head_must_be_a_sure_one(score: float, found: int) -> None:
    once = {12: [Face(LEFT, score)]}
    assert len(link_all(Detections(heads=once), WHOLE, RULES)) == found
    assert len(link_all(Detections(faces=once), WHOLE, RULES)) == 1


def test_several_detections_of_a_head_need_not_be_so_sure() -> None:
    assert len(link_all(Detections(heads=through(LEFT, 0.45)), WHOLE, RULES)) == 1


@pytest.mark.parametrize(
    ("face", "head", "away", "found"),
    [(0.43, 0.58, 0, 1), (0.25, 0.4, 15, 1), (0.43, 0.58, 40, 0), (0.2, 0.58, 0, 0), (0.43, 0.35, 0, 0)],
)
def test_a_poor_face_and_a_poor_head_in_one_place_confirm_each_other(
    face: float, head: float, away: float, found: int
) -> None:
    once = Detections(faces={12: [Face(LEFT, face)]}, heads={12: [Face((LEFT[0] + away, *LEFT[1:]), head)]})
    assert len(link_all(once, WHOLE, RULES)) == found
    at_other_times = replace(once, heads={15: once.heads[12]})
    assert link_all(at_other_times, WHOLE, RULES) == []


def test_a_head_that_is_not_found_for_more_than_a_second_stays_one_track() -> None:
    """Joints are found more seldom."""
    found = {frame: [Face(LEFT, 0.8)] for frame in (2, 3, 16, 17)}
    (head,) = link_all(Detections(heads=found), WHOLE, RULES)
    assert set(range(2, 18)) <= set(head.boxes)
    assert len(link_all(Detections(faces=found), WHOLE, RULES)) == 2


def test_no_track_crosses_a_cut() -> None:
    found = Detections(faces=through(LEFT, 0.9), heads=through(RIGHT, 0.9), cuts={20: 20})
    tracks = link_all(found, WHOLE, RULES)
    assert [track.id for track in tracks] == [1, 2, 3, 4]
    assert all(max(track.boxes) < 20 or min(track.boxes) >= 20 for track in tracks)


def test_what_lies_before_the_stretch_does_not_count() -> None:
    early = Detections(faces=through(LEFT, 0.9, 0, 8), heads=through(RIGHT, 0.9, 0, 8), cuts={9: 9})
    assert link_all(early, replace(WHOLE, start=20), RULES) == []
    late = Detections(faces=through(LEFT, 0.9, 24), cuts={9: 9})
    (track,) = link_all(late, replace(WHOLE, start=20), RULES)
    assert max(track.boxes) == FRAMES - 1


def test_a_clip_in_which_nobody_is_found_has_no_track() -> None:
    assert link_all(Detections(), WHOLE, RULES) == []

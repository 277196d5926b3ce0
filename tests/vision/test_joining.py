"""Heads beside their own faces: one region, and the head where no face is seen."""

from collections.abc import Iterable

import pytest
from hypothesis import given, strategies as st

from annotations.vision.boxes import Box, intersection
from annotations.vision.joining import joined
from annotations.vision.tracking import Track

NEAR = 2
FACE: Box = (100.0, 50.0, 30.0, 40.0)
HEAD: Box = (98.0, 48.0, 36.0, 36.0)
FAR: Box = (300.0, 48.0, 36.0, 36.0)


def track(box: Box, frames: Iterable[int], every: int = 3, score: float = 0.9) -> Track:
    """The same box on these frames, detected on every third one."""
    boxes = dict.fromkeys(frames, box)
    return Track(0, boxes, score, {box: score}, dict.fromkeys(list(boxes)[::every], box))


def test_a_head_that_is_where_its_face_is_seen_is_no_region_of_its_own() -> None:
    (only,) = joined([track(FACE, range(20))], [track(HEAD, range(20))], NEAR)
    assert only.boxes == dict.fromkeys(range(20), FACE)


def test_a_head_that_turns_away_goes_on_in_the_track_of_its_face() -> None:
    (only,) = joined([track(FACE, range(10))], [track(HEAD, range(30))], NEAR)
    assert list(only.boxes) == list(range(30))
    assert only.boxes[9] == FACE
    assert only.boxes[25] == HEAD


def test_one_that_turns_round_begins_as_a_head() -> None:
    (only,) = joined([track(FACE, range(20, 30))], [track(HEAD, range(30))], NEAR)
    assert list(only.boxes) == list(range(30))
    assert only.boxes[0] == HEAD


def test_where_neither_is_seen_one_box_holds_both_guesses() -> None:
    turned_away = track(FACE, range(30))
    turned_away.seen = dict.fromkeys((0, 2, 27, 29), FACE)
    (only,) = joined([turned_away], [track(HEAD, range(30))], NEAR)
    assert only.boxes[2] == FACE
    assert only.boxes[15] == (98.0, 48.0, 36.0, 42.0)


def test_a_head_over_which_the_region_of_the_face_does_not_reach_is_held_by_the_same_box() -> None:
    larger: Box = (80.0, 20.0, 70.0, 90.0)
    (only,) = joined([track(FACE, range(20))], [track(larger, range(20))], NEAR)
    assert set(only.boxes.values()) == {larger}


@pytest.mark.parametrize(
    "head",
    [FAR, (70.0, 0.0, 100.0, 200.0), (110.0, 60.0, 10.0, 10.0)],
    ids=["elsewhere", "a whole person", "much smaller"],
)
def test_what_is_not_of_the_same_person_stays_a_track(head: Box) -> None:
    faces, heads = [track(FACE, range(20))], [track(head, range(20))]
    assert [each.boxes for each in joined(faces, heads, NEAR)] == [faces[0].boxes, heads[0].boxes]


def test_a_head_that_goes_on_elsewhere_while_the_face_stays_is_somebody_elses() -> None:
    head = track(HEAD, range(30))
    head.boxes |= dict.fromkeys(range(13, 30), FAR)
    head.seen = {frame: head.boxes[frame] for frame in head.seen}
    face, other = joined([track(FACE, range(30))], [head], NEAR)
    assert face.boxes == dict.fromkeys(range(30), FACE)
    assert set(other.boxes.values()) >= {FAR}
    assert list(other.boxes)[-1] == 29
    assert len(other.seen) < len(head.seen)


def test_two_people_keep_their_own_heads() -> None:
    left, right = track(FACE, range(20)), track((300.0, 50.0, 30.0, 40.0), range(10))
    one, other = joined([left, right], [track(FAR, range(20)), track(HEAD, range(20))], NEAR)
    assert one.boxes[15] == FACE
    assert other.boxes[15] == FAR


def test_between_two_detections_a_head_is_a_guess_and_the_face_is_better() -> None:
    """Somebody bobs: a head that is found up and up again is not where the face is meanwhile."""
    bobbing = track(FACE, range(13), every=1)
    bobbing.boxes[6] = (100.0, 140.0, 30.0, 40.0)
    (only,) = joined([bobbing], [track(HEAD, range(13), every=12)], NEAR)
    assert only.boxes == bobbing.boxes


def test_a_head_of_a_scene_in_which_it_is_not_detected_counts_by_its_boxes() -> None:
    """A place that is shown by turns: tracks go through the scenes between."""
    unseen = track(HEAD, range(20))
    unseen.seen = {}
    assert len(joined([track(FACE, range(20))], [unseen], NEAR)) == 1
    assert len(joined([track(FACE, range(40, 60))], [unseen], NEAR)) == 2


boxes = st.tuples(st.floats(0, 60), st.floats(0, 60), st.floats(10, 40), st.floats(10, 40))


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    first, last = sorted((draw(st.integers(0, 30)), draw(st.integers(0, 30))))
    found = {frame: draw(boxes) for frame in range(first, last + 1)}
    seen = draw(st.sets(st.sampled_from(sorted(found)), min_size=1))
    return Track(0, found, 0.9, {}, {frame: found[frame] for frame in sorted(seen)})


@given(st.lists(tracks(), max_size=3), st.lists(tracks(), max_size=3))
def test_every_frame_of_a_head_stays_hidden_and_no_face_loses_a_box(
    faces: list[Track], heads: list[Track]
) -> None:
    before = [dict(face.boxes) for face in faces]
    after = joined(faces, heads, NEAR)
    hidden = {frame for each in after for frame in each.boxes}
    assert hidden == {frame for boxes in before for frame in boxes} | {
        f for head in heads for f in head.boxes
    }
    for was, now in zip(before, after, strict=False):
        for frame, box in was.items():
            new = now.boxes[frame]
            assert intersection(new, box) == pytest.approx(box[2] * box[3])
    left = after[len(faces) :]
    assert all(list(each.boxes) == list(range(min(each.boxes), each.last + 1)) for each in left)

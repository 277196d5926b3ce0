"""Boxes: what two of them share, and which of many remain."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotations.vision.boxes import (
    Box,
    as_box,
    by_frame,
    covered,
    distance,
    enclosing,
    intersection,
    non_maximum_suppression,
    overlap,
    track_boxes,
)

SIDES = st.floats(1, 100)
PLACES = st.floats(-100, 100)
BOXES = st.tuples(PLACES, PLACES, SIDES, SIDES)
LEFT: Box = (0.0, 0.0, 10.0, 10.0)
SHIFTED: Box = (5.0, 0.0, 10.0, 10.0)


def test_what_two_boxes_share() -> None:
    assert intersection(LEFT, SHIFTED) == 50
    assert overlap(LEFT, SHIFTED) == pytest.approx(1 / 3)
    assert enclosing(LEFT, SHIFTED) == (0, 0, 15, 10)
    assert distance(LEFT, SHIFTED) == pytest.approx(0.5)


def test_boxes_that_only_touch_share_nothing() -> None:
    assert intersection(LEFT, (10.0, 0.0, 10.0, 10.0)) == 0
    assert overlap(LEFT, (10.0, 0.0, 10.0, 10.0)) == 0


def test_boxes_without_area_overlap_nothing() -> None:
    assert overlap((3.0, 3.0, 0.0, 0.0), (3.0, 3.0, 0.0, 0.0)) == 0


@given(BOXES, BOXES)
def test_overlap_is_a_symmetric_share(a: Box, b: Box) -> None:
    assert overlap(a, b) == overlap(b, a)
    assert 0 <= overlap(a, b) <= 1 + 1e-9
    assert overlap(a, a) == pytest.approx(1)


@given(BOXES, BOXES)
def test_the_enclosing_box_holds_both(a: Box, b: Box) -> None:
    around = enclosing(a, b)
    for box in (a, b):
        assert intersection(around, box) == pytest.approx(box[2] * box[3])


def test_the_strongest_box_suppresses_its_neighbours_and_no_others() -> None:
    boxes = [LEFT, (1.0, 0.0, 10.0, 10.0), (40.0, 0.0, 10.0, 10.0)]
    assert non_maximum_suppression(boxes, [0.5, 0.9, 0.3], 0.3) == [1, 2]


def test_only_what_lies_in_the_picture_has_to_be_covered() -> None:
    mask = np.zeros((10, 10), bool)
    mask[:, 5:] = True
    assert covered((5.0, 0.0, 20.0, 10.0), mask) == 1
    assert covered((0.0, 0.0, 10.0, 10.0), mask) == 0.5
    assert covered((50.0, 50.0, 5.0, 5.0), mask) == 1


def test_boxes_are_read_from_the_form_of_reports() -> None:
    assert track_boxes({"3": [1, 2, 3, 4]}) == {3: (1, 2, 3, 4)}
    assert by_frame([{3: LEFT}, {3: SHIFTED, 4: LEFT}]) == {3: [LEFT, SHIFTED], 4: [LEFT]}
    with pytest.raises(ValueError, match="unpack"):
        as_box([1, 2, 3])

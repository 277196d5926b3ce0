"""What comes and goes between two samples."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotations.vision.boxes import Box, centre, intersection
from annotations.vision.change_detection import BLOCK, Luma, coarse_luma
from annotations.vision.passing import MOST_FRAMES, fullest, passing

WIDTH, HEIGHT = 320, 224
ROOM = np.random.default_rng(2).integers(70, 110, (HEIGHT, WIDTH)).astype(np.uint8)


def room(*bright: tuple[int, int, int, int]) -> Luma:
    """The brightness of a room with bright rectangles (x, y, width, height) in it."""
    picture = ROOM.copy()
    for x, y, width, height in bright:
        picture[max(0, y) : y + height, max(0, x) : x + width] = 200
    return coarse_luma(picture)


def holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]


@given(st.integers(0, WIDTH - 48), st.integers(0, HEIGHT - 48), st.integers(48, 120), st.integers(48, 120))
def test_what_comes_and_goes_is_boxed_wherever_it_is(x: int, y: int, width: int, height: int) -> None:
    """From three blocks on, two whole ones lie in it however it lies."""
    found = passing(room((x, y, width, height)), room(), room())
    assert found.blocks > 0
    (box,) = found.boxes
    seen = min(x + width, WIDTH) - x, min(y + height, HEIGHT) - y
    assert holds(box, x + seen[0] / 2, y + seen[1] / 2)
    assert intersection(box, (x, y, *seen)) > 0.5 * seen[0] * seen[1]


@given(st.integers(0, WIDTH - 48), st.integers(0, HEIGHT - 48))
def test_what_one_of_the_samples_shows_too_does_not_pass(x: int, y: int) -> None:
    there = room((x, y, 48, 48))
    for before, after in ((there, there), (there, room()), (room(), there)):
        found = passing(there, before, after)
        assert (found.boxes, found.blocks) == ([], 0)


def test_light_that_rises_does_not_pass() -> None:
    dim, bright = room(), np.asarray(room() + 60, np.uint8)
    assert passing(np.asarray(dim + 30, np.uint8), dim, bright).blocks > 0, "half of the way is far from both"
    assert passing(bright, dim, bright).boxes == []


@pytest.mark.parametrize("speed", [1, 2, 4])
def test_the_edges_of_what_moves_slowly_do_not_pass(speed: int) -> None:
    before, between, after = (room((120 + step * speed, 60, 64, 96)) for step in (0, 3, 6))
    assert passing(between, before, after).boxes == []


def test_a_window_that_dashes_by_is_boxed_where_it_is_on_that_frame() -> None:
    before, between, after = (room((x, 60, 64, 64)) for x in (16, 128, 240))
    found = passing(between, before, after)
    (box,) = found.boxes
    assert holds(box, 160, 92)
    assert box[2] < 64 + 3 * BLOCK


def test_two_that_pass_are_two_boxes() -> None:
    found = passing(room((16, 48, 64, 64), (224, 80, 64, 64)), room(), room())
    assert sorted(round(centre(box)[0] / 32) for box in found.boxes) == [2, 8]


def test_the_fullest_frames_come_first_and_their_neighbours_not_at_all() -> None:
    sizes = [0, 48, 96, 64, 0, 48, 0, 80, 0, 0, 64, 0]
    between = [room((64, 32, size, size)) if size else room() for size in sizes]
    found = fullest(between, room(), room())
    assert [place for place, _ in found] == [2, 7]
    assert len(found) == MOST_FRAMES
    blocks = [each.blocks for _, each in found]
    assert blocks == sorted(blocks, reverse=True)


def test_where_nothing_passes_no_frame_is_examined() -> None:
    assert fullest([room()] * 5, room(), room()) == []
    assert fullest([], room(), room()) == []

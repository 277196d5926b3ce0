"""Pictures of very wide lenses, straightened before faces are detected in them."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from annotations.vision.boxes import Box
from annotations.vision.change_detection import RegionOfInterest
from annotations.vision.faces import CenterFace, RgbPicture
from annotations.vision.obscure import hidden_mask
from annotations.vision.orientation import STRAIGHTENED
from annotations.vision.region_detection import detect_in
from annotations.vision.straightening import (
    bent_box,
    bent_points,
    is_round,
    straight_points,
    straightened,
    window_for,
)
from tests.vision import clips

STEP = 32
SIDE = 448
WHOLE = RegionOfInterest((0, 0, SIDE, SIDE), (0, 0, SIDE, SIDE))


@settings(max_examples=50)
@given(st.integers(6, 20), st.integers(4, 20), st.floats(0.02, 0.98), st.floats(0.2, 0.8))
def test_a_point_is_where_it_was_when_it_is_straightened_and_bent_again(
    across: int, down: int, x: float, y: float
) -> None:
    width, height = across * STEP, min(down, across) * STEP
    point = np.array([[x * width, y * height]])
    assert bent_points(straight_points(point, width, height), width, height) == pytest.approx(point, abs=0.01)


def test_the_borders_at_the_sides_stay_and_the_middle_shrinks() -> None:
    points = np.array([(0.0, 160.0), (480.0, 160.0), (240.0, 160.0), (264.0, 160.0)])
    straight = straight_points(points, 480, 320)
    assert straight[:3] == pytest.approx(points[:3])
    assert 240 < straight[3][0] < 256


@settings(max_examples=50)
@given(st.integers(0, 10), st.integers(0, 6), st.integers(1, 4), st.integers(1, 4))
def test_the_window_for_a_part_of_the_picture_shows_it_as_far_as_the_straightened_picture_does(
    column: int, row: int, across: int, down: int
) -> None:
    width, height = 480, 320
    part = (column * STEP, row * STEP, across * STEP, down * STEP)
    x, y, w, h = window_for(part, width, height, STEP)
    assert w % STEP == h % STEP == 0
    assert x >= 0
    assert y >= 0
    assert x + w <= width
    assert y + h <= height
    corners = np.array([(part[0] + a * part[2], part[1] + d * part[3]) for a in (0, 1) for d in (0, 1)])
    for point in np.clip(straight_points(corners, width, height), 0, (width, height)):
        assert x - 1 <= point[0] <= x + w + 1
        assert y - 1 <= point[1] <= y + h + 1


def test_a_window_shows_the_same_as_that_part_of_the_whole_straightened_picture() -> None:
    picture = clips.background(480, 320)
    whole = straightened(picture, (0, 0, 480, 320))
    assert np.array_equal(straightened(picture, (64, 32, 128, 96)), whole[32:128, 64:192])


def bent(picture: RgbPicture) -> RgbPicture:
    """What the lens that is guessed would show of a straight picture."""
    height, width = picture.shape[:2]
    across, down = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    points = straight_points(np.column_stack([across.ravel(), down.ravel()]), width, height) - 0.5
    columns, rows = points.astype(np.float32).T.reshape(2, height, width)
    columns, rows = np.ascontiguousarray(columns), np.ascontiguousarray(rows)
    return np.asarray(cv2.remap(picture, columns, rows, cv2.INTER_LINEAR), np.uint8)


def test_a_face_at_the_rim_of_a_lens_is_found_in_the_straightened_picture() -> None:
    straight = clips.background(SIDE, SIDE)
    face = clips.paste_head(straight, 56, SIDE / 2 - 40, 100)
    picture = bent(straight)
    box: Box = bent_box(face, SIDE, SIDE)
    found = detect_in([WHOLE], picture, CenterFace(), 0.5, [STRAIGHTENED])
    hidden = hidden_mask([each.box for each in found], SIDE, SIDE)
    x, y, width, height = (round(value) for value in box)
    assert hidden[y : y + height, x : x + width].mean() > 0.9
    assert hidden.mean() < 0.25


def test_black_corners_around_something_brighter_are_the_border_of_a_lens() -> None:
    across, down = np.meshgrid(np.arange(480) - 240, np.arange(360) - 180)
    lens = np.where(np.hypot(across, down) < 265, 120, 17).astype(np.uint8)
    assert is_round(lens)
    assert not is_round(np.full((360, 480), 120, np.uint8))
    assert not is_round(np.full((360, 480), 18, np.uint8)), "a dark night shows no border"
    lens[-30:, -40:] = 120
    assert not is_round(lens), "all four corners are black, or none"

"""Pictures that are turned before faces are detected in them, and which turns are tried when."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from annotations.vision.boxes import Box, centre
from annotations.vision.faces import CenterFace, Face, RgbPicture
from annotations.vision.obscure import RAISED_BY, hidden_mask
from annotations.vision.orientation import (
    ROUND_WARPS,
    STEP,
    STRAIGHTENED,
    UPRIGHT,
    WARPS,
    Orientations,
    turned,
    turned_back,
)
from tests.vision import clips

EIGHTHS = range(8)
SIDE = 384


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace()


def head_of_box(box: Box) -> tuple[float, float]:
    """The middle of what is hidden for it."""
    x, y = centre(box)
    return x, y - RAISED_BY * box[3]


@settings(max_examples=50)
@given(
    st.sampled_from(EIGHTHS),
    st.integers(3, 12),
    st.integers(3, 12),
    st.floats(0.15, 0.85),
    st.floats(0.15, 0.85),
)
def test_a_point_that_is_found_in_the_turned_picture_is_where_it_was_drawn(
    turns: int, across: int, down: int, x: float, y: float
) -> None:
    width, height = across * STEP, down * STEP
    column, row = int(x * width), int(y * height)
    picture = np.zeros((height, width, 3), np.uint8)
    picture[row - 3 : row + 4, column - 3 : column + 4] = 255
    around = turned(picture, turns).copy()
    assert all(side % STEP == 0 for side in around.shape[:2])
    around[(around == 128).all(2)] = 0
    rows, columns = np.nonzero(around.sum(2) > 500)
    middle_x, middle_y = columns.mean() + 0.5, rows.mean() + 0.5
    box: Box = (middle_x - 10, middle_y - 10 + RAISED_BY * 20, 20, 20)
    back = head_of_box(turned_back(Face(box, 0.7), turns, width, height).box)
    assert back == pytest.approx((column + 0.5, row + 0.5), abs=1.5)


def test_turns_are_counter_clockwise() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:8, 24:40] = 255
    place = {0: (32, 4), 1: (12, 12), 2: (4, 32), 4: (32, 60), 6: (60, 32)}
    for turns, (x, y) in place.items():
        around = turned(picture, turns)
        # Corners lie further out in the square that holds the picture turned by half a quarter.
        edge = (around.shape[0] - 64) // 2
        assert around[y + edge, x + edge].tolist() == [255, 255, 255], turns


def rolled(turns: int) -> tuple[RgbPicture, NDArray[np.float64]]:
    """A head that is rolled clockwise by so many eighths before a grey wall, and the corners of its face."""
    picture = np.full((SIDE, SIDE, 3), 120, np.uint8)
    x, y, width, height = clips.paste_head(picture, SIDE / 2 + 20, SIDE / 2 - 10, 70)
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), -45.0 * turns, 1.0)
    corners = np.array([(x, y, 1), (x + width, y, 1), (x + width, y + height, 1), (x, y + height, 1)])
    around = cv2.warpAffine(picture, matrix, (SIDE, SIDE), borderValue=(120, 120, 120))
    return np.asarray(around, np.uint8), np.asarray(corners @ matrix.T, np.float64)


@pytest.mark.parametrize("turns", EIGHTHS)
def test_what_is_hidden_for_a_face_that_was_found_turned_holds_it_as_it_lies(
    turns: int, detector: CenterFace
) -> None:
    picture, corners = rolled(turns)
    found = max(detector.detect(turned(picture, turns), 0.5), key=lambda face: face.score)
    back = turned_back(found, turns, SIDE, SIDE)
    assert back.score == found.score
    face = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(face, np.round(corners).astype(np.int32), 1)
    hidden = hidden_mask([back.box], SIDE, SIDE)
    # The corners of a tight box are no part of the face.
    assert hidden[face == 1].mean() > 0.95
    assert hidden.sum() < 7 * face.sum(), "and little more than the head"


def test_upright_faces_stay_as_they_are() -> None:
    face, picture = Face((10, 20, 30, 40), 0.8), clips.background(96, 64)
    assert turned_back(face, UPRIGHT, 320, 224) == face
    assert turned(picture, UPRIGHT) is picture


def test_at_first_everybody_is_upright() -> None:
    orientations = Orientations()
    assert orientations.seen == [UPRIGHT]
    assert orientations.untried() == [warp for warp in WARPS if warp != UPRIGHT]


def test_what_is_known_of_a_camera_is_tried_each_time_from_the_first_on() -> None:
    orientations = Orientations([4])
    assert orientations.seen == [UPRIGHT, 4]
    assert 4 not in orientations.untried()


@pytest.mark.parametrize(("explained", "every"), [(False, Orientations.EVERY), (True, Orientations.SELDOM)])
def test_all_turns_are_tried_after_so_many_samples(explained: bool, every: int) -> None:
    orientations = Orientations()
    orientations.found(4)
    assert orientations.due(every - 1, explained) == []
    assert orientations.due(every, explained) == [1, 2, 6, 7, STRAIGHTENED]


def test_where_the_picture_shows_the_border_of_a_lens_people_may_stand_askew_in_the_straightened_one() -> (
    None
):
    orientations = Orientations()
    orientations.is_round = True
    assert orientations.untried() == [*WARPS[1:], *ROUND_WARPS]
    orientations.found(ROUND_WARPS[0])
    assert orientations.untried() == [*WARPS[1:], *ROUND_WARPS[1:]]
    assert orientations.turns == [UPRIGHT], "only turns are learnt of a camera, and serve to find people"


def test_an_orientation_that_yields_nothing_is_let_go_but_never_upright() -> None:
    orientations = Orientations()
    orientations.found(2)
    for _ in range(Orientations.KEPT - 1):
        orientations.missed(2)
    assert orientations.seen == [UPRIGHT, 2]
    orientations.found(2)
    for _ in range(Orientations.KEPT - 1):
        orientations.missed(2)
        orientations.missed(UPRIGHT)
    assert orientations.seen == [UPRIGHT, 2], "finding somebody begins anew"
    orientations.missed(2)
    assert orientations.seen == [UPRIGHT]
    assert 2 in orientations.untried()
    for _ in range(3 * Orientations.KEPT):
        orientations.missed(UPRIGHT)
    assert orientations.seen == [UPRIGHT]

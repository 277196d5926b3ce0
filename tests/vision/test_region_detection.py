"""Faces in regions of a picture: turned, as large as the picture, and very small."""

from collections.abc import Sequence

import numpy as np
import pytest

from annotations.vision.boxes import covered, overlap
from annotations.vision.change_detection import RegionOfInterest
from annotations.vision.faces import CenterFace, Face, RgbPicture
from annotations.vision.obscure import hidden_mask
from annotations.vision.region_detection import (
    LARGE_SHARE,
    MOST_REFINED,
    SURE,
    besides,
    detect_in,
    large_faces,
    merged,
    refined,
)
from tests.vision import clips

WIDTH, HEIGHT = 448, 320
LEFT = RegionOfInterest((0, 0, 208, HEIGHT), (0, 0, 224, HEIGHT))
WHOLE = RegionOfInterest((0, 0, WIDTH, HEIGHT), (0, 0, WIDTH, HEIGHT))


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace()


def hides(faces: Sequence[Face], picture: RgbPicture, box: tuple[float, float, float, float]) -> bool:
    height, width = picture.shape[:2]
    return covered(box, hidden_mask([face.box for face in faces], width, height)) > 0.9


def test_faces_are_found_where_their_region_lies_in_the_picture(detector: CenterFace) -> None:
    picture = clips.background(WIDTH, HEIGHT)
    left = clips.paste_head(picture, 110, 160, 60)
    right = clips.paste_head(picture, 340, 160, 60)
    assert hides(detect_in([LEFT], picture, detector, 0.5), picture, left)
    assert not hides(detect_in([LEFT], picture, detector, 0.5), picture, right)
    everybody = detect_in([WHOLE], picture, detector, 0.5)
    assert hides(everybody, picture, left)
    assert hides(everybody, picture, right)


def test_a_face_that_lies_is_found_only_when_the_region_is_turned(detector: CenterFace) -> None:
    upright = clips.background(HEIGHT, WIDTH)
    x, y, across, down = clips.paste_portrait(upright, 0, 128, 320)
    # A quarter clockwise: what was at the left is at the top, and what was at the bottom at the left.
    lying = clips.softened(np.ascontiguousarray(np.rot90(upright, -1)), np.random.default_rng(1))
    box = (WIDTH - y - down, x, down, across)
    assert not hides(detect_in([WHOLE], lying, detector, 0.4), lying, box)
    assert hides(detect_in([WHOLE], lying, detector, 0.4, [0, 2]), lying, box)


def test_the_weaker_of_two_boxes_of_a_face_falls_away() -> None:
    strong, weak = Face((10, 10, 40, 50), 0.8), Face((14, 12, 40, 50), 0.5)
    other = Face((200, 10, 40, 50), 0.3)
    assert merged([weak, other, strong]) == [strong, other]


def test_a_face_that_fills_the_picture_is_found_in_a_small_one(detector: CenterFace) -> None:
    picture = clips.background(WIDTH, HEIGHT)
    face = clips.paste_head(picture, WIDTH / 2, HEIGHT / 2, 300)
    found = large_faces(picture, detector, 0.4)
    assert hides(found, picture, (face[0], max(0, face[1]), face[2], min(HEIGHT, face[3])))
    assert all(max(each.box[2] / WIDTH, each.box[3] / HEIGHT) > LARGE_SHARE for each in found)


def test_a_small_face_is_not_taken_from_the_small_picture(detector: CenterFace) -> None:
    picture = clips.background(WIDTH, HEIGHT)
    clips.paste_head(picture, WIDTH / 2, HEIGHT / 2, 90)
    assert large_faces(picture, detector, 0.4) == []


class Small:
    """Sees in small pictures of this width, margin included, a face as large as the whole of them."""

    name, sha256, step = "small", "0" * 64, 32

    def __init__(self, width: int, score: float) -> None:
        self._width, self._score = width, score
        self.widths: list[int] = []

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        height, width = picture.shape[:2]
        self.widths.append(width)
        return [Face((0, 0, width, height), self._score)] if width == self._width else []


@pytest.mark.parametrize(
    ("width", "score", "widths"),
    [(224, SURE, [224]), (224, SURE - 0.01, [224, 192]), (192, SURE, [224, 192])],
    ids=["sure", "not sure", "found in the smaller one"],
)
def test_a_smaller_picture_serves_where_the_first_one_shows_no_sure_face(
    width: int, score: float, widths: list[int]
) -> None:
    detector = Small(width, score)
    assert [face.score for face in large_faces(clips.background(WIDTH, HEIGHT), detector, 0.4)] == [score]
    assert detector.widths == widths


class Closely:
    """Is surer of what it sees in a window than of what it sees in a larger picture, and counts the windows."""

    name, sha256, step = "closely", "0" * 64, 32

    def __init__(self) -> None:
        self.windows = 0

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        assert picture.shape == (96, 96, 3)
        self.windows += 1
        # In the middle of the window, in which everything is twice as large.
        return [Face((48 - 20, 48 - 24, 40, 48), 0.7)]


DOUBTFUL = Face((150, 90, 20, 24), 0.3)
PICTURE = clips.background(320, 224)


def test_a_small_doubtful_face_is_detected_again_closely() -> None:
    (better,) = refined(PICTURE, [DOUBTFUL], Closely())
    assert better.score == 0.7
    assert overlap(better.box, DOUBTFUL.box) > 0.8


@pytest.mark.parametrize(
    "face",
    [Face((150, 90, 20, 24), SURE), Face((150, 90, 40, 50), 0.3)],
    ids=["small and sure", "doubtful and large"],
)
def test_no_other_face_is_detected_again(face: Face) -> None:
    detector = Closely()
    assert refined(PICTURE, [face], detector) == [face]
    assert detector.windows == 0


def test_in_a_picture_that_is_smaller_than_a_window_nothing_is_detected_again() -> None:
    assert refined(clips.background(32, 32), [Face((4, 4, 12, 14), 0.3)], Closely()) == [
        Face((4, 4, 12, 14), 0.3)
    ]


def test_of_a_crowd_none_is_detected_again() -> None:
    detector = Closely()
    crowd = [Face((10.0 * number, 90, 20, 24), 0.2 + number / 100) for number in range(MOST_REFINED + 1)]
    assert refined(PICTURE, crowd, detector) == crowd
    assert detector.windows == 0
    refined(PICTURE, crowd[1:], detector)
    assert detector.windows == MOST_REFINED


@pytest.mark.parametrize(
    ("known", "stays"),
    [
        (Face((100.0, 60.0, 30.0, 40.0), 0.9), False),
        (Face((100.0, 60.0, 30.0, 40.0), 0.6), True),
        (Face((100.0, 60.0, 30.0, 40.0), 0.5), True),
        (Face((100.0, 60.0, 130.0, 150.0), 0.9), True),
        (Face((20.0, 10.0, WIDTH - 40.0, HEIGHT - 20.0), 0.6), False),
    ],
    ids=["a better small one within", "a poorer one", "a doubtful one", "another large one", "the same one"],
)
def test_a_face_that_fills_the_picture_leaves_no_room_for_a_better_small_one(
    known: Face, stays: bool
) -> None:
    filling = Face((0.0, 0.0, float(WIDTH), float(HEIGHT)), 0.7)
    assert besides([filling], [known], clips.background(WIDTH, HEIGHT)) == ([filling] if stays else [])


def test_a_large_face_that_does_not_fill_the_picture_leaves_room_for_others() -> None:
    large, small = Face((40.0, 20.0, 150.0, 170.0), 0.6), Face((100.0, 60.0, 30.0, 40.0), 0.9)
    assert besides([large], [small], clips.background(WIDTH, HEIGHT)) == [large]

"""Crowds: when they are searched at twice the size, where, and how often."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame

from annotations.vision.boxes import Box, distance
from annotations.vision.crowds import SAMPLES_PER_SEARCH, faces_in_crowd, is_crowd
from annotations.vision.detection_pass import DetectionPass
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.job import Job
from annotations.vision.region_detection import MOST_REFINED
from annotations.vision.segments import Segment

SIDE = 8
WIDTH, HEIGHT = 480, 288


def at(x: float, y: float) -> Box:
    return x - SIDE / 2, y - SIDE / 2, SIDE, SIDE


def people(picture: RgbPicture, places: Sequence[tuple[int, int]]) -> RgbPicture:
    """The picture with a white square at each of these places."""
    shown = picture.copy()
    for x, y in places:
        shown[y - SIDE // 2 : y + SIDE // 2, x - SIDE // 2 : x + SIDE // 2] = 255
    return shown


class FarSighted:
    """Is sure of white squares of twice `SIDE`, and less so of those of `SIDE`. `sizes` are those of its pictures."""

    name, sha256, step = "far-sighted", "0" * 64, 32

    def __init__(self) -> None:
        self.sizes: list[tuple[int, ...]] = []

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        assert all(side % self.step == 0 for side in picture.shape[:2])
        self.sizes.append(picture.shape[:2])
        white = np.asarray(picture[:, :, 1] > 190, np.uint8)
        _, _, found, _ = cv2.connectedComponentsWithStats(white)
        return [
            Face((float(x), float(y), float(w), float(h)), 0.9 if w > 1.5 * SIDE else 0.2)
            for x, y, w, h, _ in found[1:]
        ]


CROWD = [(x, y) for x in range(12, WIDTH, 24) for y in range(12, HEIGHT, 24)]
EMPTY = np.full((HEIGHT, WIDTH, 3), 70, np.uint8)


def poor(places: Sequence[tuple[int, int]]) -> list[Face]:
    return [Face(at(*place), 0.2) for place in places]


def test_a_crowd_is_many_doubtful_small_faces() -> None:
    assert is_crowd(poor(CROWD[:MOST_REFINED]))
    assert not is_crowd(poor(CROWD[: MOST_REFINED // 2]))
    assert not is_crowd([Face(face.box, 0.8) for face in poor(CROWD)])
    assert not is_crowd([Face((0, 0, 60, 60), 0.2) for _ in CROWD])


@pytest.mark.parametrize("turn", [0, 2, 4, 6])
def test_everybody_in_a_crowd_is_found_where_they_are_once(turn: int) -> None:
    detector = FarSighted()
    found = faces_in_crowd(people(EMPTY, CROWD), poor(CROWD), detector, 0.15, [turn])
    assert len(found) == len(CROWD)
    for place in CROWD:
        assert min(distance(face.box, at(*place)) for face in found) < 0.2
    assert {face.score for face in found} == {0.9}
    assert max(height * width for height, width in detector.sizes) <= 1.35 * WIDTH * HEIGHT


def test_only_the_parts_with_a_crowd_are_searched() -> None:
    left_above = [(x, y) for x, y in CROWD if x < WIDTH / 2 and y < HEIGHT / 2]
    detector = FarSighted()
    assert len(faces_in_crowd(people(EMPTY, CROWD), poor(left_above), detector, 0.15)) == len(left_above)
    assert len(detector.sizes) == 1


@pytest.mark.parametrize("size", [(32, 32), (64, 32), (512, 288), (960, 544)])
def test_every_part_of_any_picture_is_searched(size: tuple[int, int]) -> None:
    width, height = size
    corners = [(x, y) for x in (6, width - 6) for y in (6, height - 6)]
    picture = people(np.zeros((height, width, 3), np.uint8), corners)
    found = faces_in_crowd(picture, poor(corners) * 3, FarSighted(), 0.15)
    assert len(found) == len(corners)


def test_of_several_samples_of_a_crowd_that_moves_one_is_searched_so() -> None:
    detector = FarSighted()
    detection = DetectionPass(Job("", "", detector=detector), stride=1)
    pictures = [people(EMPTY, [(x + 5 * (n % 2), y) for x, y in CROWD]) for n in range(9)]
    detection.run(
        Segment(0, [VideoFrame.from_ndarray(p, "rgb24").reformat(format="yuv420p") for p in pictures])
    )
    # With its context, a half is 256 x 160.
    assert detector.sizes.count((320, 512)) == 4 * len(pictures) / SAMPLES_PER_SEARCH

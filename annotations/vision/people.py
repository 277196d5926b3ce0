"""People and where their heads are, by their joints: found from behind, masked or half covered, too.

What is found here decides what is hidden, as faces do. Nobody is recognised.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, scaled
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.models import MODELS, locate
from annotations.vision.person_maps import OUTPUTS, Found, PersonMaps
from annotations.vision.runtime import run, session
from annotations.vision.tensorflow_js import to_onnx

NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR, LEFT_SHOULDER, RIGHT_SHOULDER = range(7)
"""Positions in a person's points; elbows, wrists, hips, knees and ankles follow. Left is the person's own left."""
HEAD_POINTS = (NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR)

SURE_POINT = 0.3
"""The score from which a point counts for the head."""
SPREAD_FACTOR, SHOULDER_FACTOR, LEAST_HEAD = 1.3, 0.55, 12.0
"""Side of a head's box: in spreads of its points, in widths of the shoulders, and in pixels at least."""


@dataclass(frozen=True)
class Point:
    """A joint, or a part of the face, in pixels of the picture that was searched, with its score, 0 to 1."""

    x: float
    y: float
    score: float


@dataclass(frozen=True)
class Person:
    """A person in pixels of the picture that was searched; `score` is 0 to 1.

    `points` are 17, in the order of the constants above. `head` is None where no point of it is sure.
    """

    box: Box
    score: float
    points: tuple[Point, ...]
    head: Face | None


def head_of(points: Sequence[Point]) -> Face | None:
    """The head of these points as a box like those of faces, or None; its score is that of its best point.

    A square around the middle of nose, eyes and ears, as far as they are sure. `obscure.region` makes of it, as of
    every face box, the ellipse that is hidden: half as wide again and 1.8 times as high, so that hair and chin are
    hidden, where no point is.
    """
    seen = [points[index] for index in HEAD_POINTS if points[index].score >= SURE_POINT]
    if not seen:
        return None
    shoulders = [points[index] for index in (LEFT_SHOULDER, RIGHT_SHOULDER)]
    width = _spread(shoulders) if min(point.score for point in shoulders) >= SURE_POINT else 0.0
    side = max(SPREAD_FACTOR * _spread(seen), SHOULDER_FACTOR * width, LEAST_HEAD)
    across, down = [point.x for point in seen], [point.y for point in seen]
    left = (min(across) + max(across) - side) / 2
    top = (min(down) + max(down) - side) / 2
    return Face((left, top, side, side), max(point.score for point in seen))


def _spread(points: Sequence[Point]) -> float:
    """The longest distance between two of them: the same however the head is turned in the picture."""
    return max(math.hypot(a.x - b.x, a.y - b.y) for a in points for b in points)


class MoveNet:
    """MoveNet MultiPose Lightning (Google 2021), which finds each person's middle and from there 17 points.

    Raises ModelError when its files are absent or are not the pinned ones.
    """

    _step = 32
    _long_side = 256
    """Pixels of the longer side, at which it was trained."""
    _stride = 4
    """Pixels that are one cell of its maps."""

    def __init__(self) -> None:
        graph, weights = locate("movenet-multipose-graph"), locate("movenet-multipose")
        self.name = "movenet-multipose"
        self.sha256 = MODELS[self.name].sha256
        self._session = session(to_onnx(graph, weights, OUTPUTS).SerializeToString())

    def people(self, picture: RgbPicture, threshold: float = 0.2) -> list[Person]:
        """People of at least this score in a picture of any size (height x width x 3, RGB, 0 to 255), strongest first.

        May be called from several threads at once.
        """
        factor = self._long_side / max(picture.shape[:2])
        maps = PersonMaps(
            *(output[0] for output in run(self._session, OUTPUTS, self._batch(picture, factor)))
        )
        found = [_person(person, self._stride / factor) for person in maps.people(threshold)]
        return sorted(found, key=lambda person: -person.score)

    def _batch(self, picture: RgbPicture, factor: float) -> NDArray[np.float32]:
        """The picture at its working size, with black to its right and below it up to whole steps."""
        height, width = (max(1, round(side * factor)) for side in picture.shape[:2])
        small = cv2.resize(
            picture, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        )
        down, across = (math.ceil(side / self._step) * self._step for side in (height, width))
        batch = np.zeros((1, 3, down, across), np.float32)
        batch[0, :, :height, :width] = small.transpose(2, 0, 1)
        return batch


def _person(found: Found, scale: float) -> Person:
    """In pixels of the picture, of which a cell has `scale` on each side."""
    points = tuple(Point(x * scale, y * scale, score) for x, y, score in found.points.tolist())
    return Person(scaled(found.box, scale, scale), found.score, points, head_of(points))

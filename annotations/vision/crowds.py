"""Crowds: many small faces at once, more than can be looked at one by one.

Now and then the parts of the picture in which they are are searched at twice the size. There, masked faces and the
smallest ones get scores that make a track; on the samples between they need only be found at all.
"""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from annotations.vision.boxes import moved, scaled
from annotations.vision.change_detection import CONTEXT, Rectangle, RegionOfInterest
from annotations.vision.faces import Face, FaceDetector, RgbPicture
from annotations.vision.orientation import UPRIGHT, turned, turned_back
from annotations.vision.region_detection import MOST_REFINED, doubtful

SAMPLES_PER_SEARCH = 3
"""Samples from one on which a crowd is searched so to the next."""
CROWD = MOST_REFINED * 2 // 3
"""Doubtful small faces: of those that a region shows with its context, some lie outside, and some are the same."""
PARTS = 2
"""Across and down: at twice the size, each is about as large as the picture itself, and takes no more memory."""
LEAST_OF_CROWD = 3
"""Doubtful faces in a part, for it to be searched."""


def is_crowd(faces: Sequence[Face]) -> bool:
    """Whether there are so many doubtful small faces that they may not be detected again one by one."""
    return len(doubtful(faces)) >= CROWD


def faces_in_crowd(
    picture: RgbPicture,
    faces: Sequence[Face],
    detector: FaceDetector,
    threshold: float,
    turns: Iterable[int] = (UPRIGHT,),
) -> list[Face]:
    """Faces of at least this score, in any of these orientations, in the parts of a picture (sides are multiples of the
    detector's step) in which there are several of these doubtful ones."""
    unsure = doubtful(faces)
    turns = sorted(turns)
    found = []
    for part in _parts(picture.shape[1], picture.shape[0], detector.step):
        if sum(part.owns(face.box) for face in unsure) < LEAST_OF_CROWD:
            continue
        enlarged = _enlarged(picture, part.outer)
        for turn in turns:
            for seen in detector.detect(turned(enlarged, turn), threshold):
                upright = turned_back(seen, turn, enlarged.shape[1], enlarged.shape[0])
                box = moved(scaled(upright.box, 0.5, 0.5), part.outer[0], part.outer[1])
                face = Face(box, upright.score)
                if part.owns(face.box):
                    found.append(face)
    return found


def _parts(width: int, height: int, step: int) -> list[RegionOfInterest]:
    across, down = _halves(width, step), _halves(height, step)
    return [
        RegionOfInterest((x, y, w, h), (left, top, wide, high))
        for (y, h), (top, high) in down
        for (x, w), (left, wide) in across
    ]


def _halves(length: int, step: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Start and length of each part of a side, and with its context, whose length is a multiple of half a step."""
    unit, half = step // 2, length // PARTS
    wide = min(length // unit, -(-(half + CONTEXT) // unit)) * unit
    return [((0, half), (0, wide)), ((half, length - half), (length - wide, wide))]


def _enlarged(picture: RgbPicture, window: Rectangle) -> RgbPicture:
    x, y, width, height = window
    part = picture[y : y + height, x : x + width]
    return np.asarray(cv2.resize(part, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC), np.uint8)

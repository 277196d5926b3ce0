"""Crowds: many small faces at once, more than can be looked at one by one.

Now and then the parts of the picture in which they are are searched at twice the size. There, masked faces and the
smallest ones get scores that make a track; on the samples between they need only be found at all.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from annotations.vision.boxes import Box, scaled, size
from annotations.vision.change_detection import CONTEXT, Rectangle, RegionOfInterest
from annotations.vision.faces import Face, FaceDetector, RgbPicture
from annotations.vision.region_detection import MOST_REFINED, SMALL_FACE, SURE

SAMPLES_PER_SEARCH = 3
"""Samples from one on which a crowd is searched so to the next."""
PARTS = 2
"""Across and down: at twice the size, each is about as large as the picture itself, and takes no more memory."""
LEAST_OF_CROWD = 3
"""Doubtful faces in a part, for it to be searched."""


def doubtful(faces: Sequence[Face]) -> list[Face]:
    """The small faces of which the detector is not sure."""
    return [face for face in faces if face.score < SURE and size(face.box) < SMALL_FACE]


def is_crowd(faces: Sequence[Face]) -> bool:
    """Whether there are more doubtful small faces than are detected again one by one."""
    return len(doubtful(faces)) > MOST_REFINED


def faces_in_crowd(
    picture: RgbPicture, faces: Sequence[Face], detector: FaceDetector, threshold: float
) -> list[Face]:
    """Faces of at least this score in the parts of a picture (sides are multiples of the detector's step) in which
    there are several of these doubtful ones."""
    unsure = doubtful(faces)
    found = []
    for part in _parts(picture.shape[1], picture.shape[0], detector.step):
        if sum(part.owns(face.box) for face in unsure) >= LEAST_OF_CROWD:
            found += [
                face
                for face in _at_twice_the_size(picture, part.outer, detector, threshold)
                if part.owns(face.box)
            ]
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


def _at_twice_the_size(
    picture: RgbPicture, window: Rectangle, detector: FaceDetector, threshold: float
) -> list[Face]:
    x, y, width, height = window
    large = cv2.resize(
        picture[y : y + height, x : x + width], (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC
    )
    faces = []
    for found in detector.detect(np.asarray(large, np.uint8), threshold):
        left, top, across, down = scaled(found.box, 0.5, 0.5)
        box: Box = (left + x, top + y, across, down)
        faces.append(Face(box, found.score))
    return faces

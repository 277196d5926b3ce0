"""Detecting faces in regions of a picture: upright or turned, large as the picture, or very small."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from annotations.vision.boxes import Box, non_maximum_suppression, overlap, scaled, size
from annotations.vision.change_detection import RegionOfInterest
from annotations.vision.faces import SAME_FACE, Face, FaceDetector, RgbPicture
from annotations.vision.orientation import UPRIGHT, turned, turned_back

SMALL_LONG_SIDE = 160
"""Pixels of the small picture: a face that fills the picture is only found in it."""
MARGIN = 0.35
"""Share of the small picture's sides that is added on each side: of a face that fills it, the detector wants to see
what is around."""
LARGE_SHARE = 0.4
"""Of the picture's width or height: faces from this size on are taken from the small picture."""
SMALL_FACE = 28.0
"""Faces of less than this many pixels that the detector is not sure of are detected again at twice the size."""
MOST_REFINED = 12
"""Doubtful small faces of a region that are detected again: more are a crowd."""
SURE = 0.55
"""Score from which a small face needs no second detection."""


def detect_in(
    regions: Sequence[RegionOfInterest],
    picture: RgbPicture,
    detector: FaceDetector,
    threshold: float,
    turns: Iterable[int] = (UPRIGHT,),
) -> list[Face]:
    """Faces of at least this score whose centres lie in these regions of a picture, in any of these orientations.

    Small ones that are doubtful are detected again at twice the size.
    """
    faces = []
    for region in regions:
        x, y, width, height = region.outer
        part = picture[y : y + height, x : x + width]
        for quarter in sorted(turns):
            as_turned = turned(part, quarter)
            for found in refined(as_turned, detector.detect(as_turned, threshold), detector):
                face = turned_back(found, quarter, width, height)
                box: Box = (face.box[0] + x, face.box[1] + y, face.box[2], face.box[3])
                if region.owns(box):
                    faces.append(Face(box, face.score))
    return faces


def merged(faces: Sequence[Face]) -> list[Face]:
    """The faces without weaker boxes of the same ones."""
    kept = non_maximum_suppression([face.box for face in faces], [face.score for face in faces], SAME_FACE)
    return [faces[index] for index in kept]


def large_faces(picture: RgbPicture, detector: FaceDetector, threshold: float) -> list[Face]:
    """Faces that take up much of the picture, as they are detected in a small one with a margin around it.

    Its boxes of small ones would be coarse, and they are known otherwise.
    """
    height, width = picture.shape[:2]
    step = detector.step
    factor = SMALL_LONG_SIDE / max(width, height)
    across, down = max(step, round(width * factor)), max(step, round(height * factor))
    small = cv2.resize(picture, (across, down), interpolation=cv2.INTER_AREA)
    left, top = _padding(across, step), _padding(down, step)
    padded = cv2.copyMakeBorder(small, *top, *left, cv2.BORDER_CONSTANT, value=(128, 128, 128))
    faces = []
    for found in detector.detect(np.asarray(padded, np.uint8), threshold):
        x, y, side, length = found.box
        box = scaled((x - left[0], y - top[0], side, length), width / across, height / down)
        if max(box[2] / width, box[3] / height) > LARGE_SHARE:
            faces.append(Face(box, found.score))
    return faces


def refined(picture: RgbPicture, faces: Sequence[Face], detector: FaceDetector) -> list[Face]:
    """The faces, small doubtful ones as they are detected in a window at twice the size,
    if their score is better there.

    Of a crowd, none is: `crowds` searches it.
    """
    unsure = doubtful(faces)
    if len(unsure) > MOST_REFINED:
        return list(faces)
    return [_better(face, _in_window(picture, face, detector)) if face in unsure else face for face in faces]


def doubtful(faces: Sequence[Face]) -> list[Face]:
    """The small faces of which the detector is not sure."""
    return [face for face in faces if face.score < SURE and size(face.box) < SMALL_FACE]


def _in_window(picture: RgbPicture, face: Face, detector: FaceDetector) -> list[Face]:
    """What is detected around a small face at twice the size; nothing in a picture that is smaller than the window."""
    height, width = picture.shape[:2]
    side = detector.step * 3 // 2
    if min(width, height) < side:
        return []
    x = max(0, min(round(face.box[0] + face.box[2] / 2) - side // 2, width - side))
    y = max(0, min(round(face.box[1] + face.box[3] / 2) - side // 2, height - side))
    window = cv2.resize(
        picture[y : y + side, x : x + side], (2 * side, 2 * side), interpolation=cv2.INTER_CUBIC
    )
    found = detector.detect(np.asarray(window, np.uint8), face.score)
    boxes = [scaled(each.box, 0.5, 0.5) for each in found]
    return [
        Face((box[0] + x, box[1] + y, box[2], box[3]), each.score)
        for box, each in zip(boxes, found, strict=True)
    ]


def _better(face: Face, others: Sequence[Face]) -> Face:
    """The same face among others with the best score, or the face itself."""
    same = [other for other in others if other.score > face.score and overlap(other.box, face.box) > 0.2]
    return max(same, key=lambda other: other.score, default=face)


def _padding(side: int, step: int) -> tuple[int, int]:
    """Pixels before and behind a side for the margin, so that it becomes a multiple of `step`."""
    wanted = -(-round(side * (1 + 2 * MARGIN)) // step) * step
    before = (wanted - side) // 2
    return before, wanted - side - before

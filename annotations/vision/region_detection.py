"""Detecting faces in regions of a picture: upright, turned or straightened, large as the picture, or very small."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from annotations.vision.boxes import Box, intersection, moved, non_maximum_suppression, overlap, scaled, size
from annotations.vision.change_detection import Rectangle, RegionOfInterest
from annotations.vision.faces import SAME_FACE, Face, FaceDetector, RgbPicture
from annotations.vision.orientation import STRAIGHTENED, UPRIGHT, turned, turned_back
from annotations.vision.straightening import bent_box, straightened, window_for


@dataclass(frozen=True)
class SmallPicture:
    """A small picture with a margin around it: a face that fills the picture is only found in one, and of such a face
    the detector wants to see what is around."""

    long_side: int
    """Pixels of its longer side."""
    margin: float
    """Share of its sides that is added on each side."""
    least_share: float
    """Of the picture's width or height: faces from this size on are taken from it. Of smaller ones it is a poor judge:
    it takes people for faces."""


SMALL_PICTURES = (SmallPicture(96, 0.6, 0.4), SmallPicture(64, 1.0, 0.9))
"""The second one is for faces of which the picture shows no outline; it is looked at where the first one shows no sure
face."""
LARGE_SHARE = SMALL_PICTURES[0].least_share
FILLING_SHARE = SMALL_PICTURES[1].least_share
SMALL_PART = 3.0
"""How many times as large a face that fills the picture is as one for which it leaves no room."""
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
    warps: Iterable[int] = (UPRIGHT,),
) -> list[Face]:
    """Faces of at least this score whose centres lie in these regions of a picture, in any of these warps
    (`orientation.WARPS`).

    Small ones that are doubtful are detected again at twice the size.
    """
    faces = []
    for region in regions:
        for warp in sorted(warps):
            found = _seen_in(region.outer, picture, warp, detector, threshold)
            faces += [face for face in found if region.owns(face.box)]
    return faces


def _seen_in(
    window: Rectangle, picture: RgbPicture, warp: int, detector: FaceDetector, threshold: float
) -> list[Face]:
    """The faces of a part of the picture, as it is warped."""
    height, width = picture.shape[:2]
    (x, y, across, down), part = _view(window, picture, warp, detector.step)
    turn = warp % STRAIGHTENED
    as_turned = turned(part, turn)
    faces = []
    for found in refined(as_turned, detector.detect(as_turned, threshold), detector):
        box = moved(turned_back(found, turn, across, down).box, x, y)
        faces.append(Face(bent_box(box, width, height) if warp >= STRAIGHTENED else box, found.score))
    return faces


def _view(window: Rectangle, picture: RgbPicture, warp: int, step: int) -> tuple[Rectangle, RgbPicture]:
    """What shows this part of the picture, before it is turned, and where that lies in the picture or the straightened
    one."""
    if warp < STRAIGHTENED:
        x, y, width, height = window
        return window, picture[y : y + height, x : x + width]
    view = window_for(window, picture.shape[1], picture.shape[0], step)
    return view, straightened(picture, view)


def merged(faces: Sequence[Face]) -> list[Face]:
    """The faces without weaker boxes of the same ones."""
    kept = non_maximum_suppression([face.box for face in faces], [face.score for face in faces], SAME_FACE)
    return [faces[index] for index in kept]


def is_large(box: Box, picture: RgbPicture) -> bool:
    """Whether a face takes up so much of a picture that it is sought in a small one."""
    return _share(box, picture) > LARGE_SHARE


def large_faces(
    picture: RgbPicture, detector: FaceDetector, threshold: float, turn: int = UPRIGHT
) -> list[Face]:
    """Faces of at least this score that take up much of the picture in this orientation, as they are detected in small
    ones with a margin around them.

    Their boxes of small faces would be coarse, and those are known otherwise.
    """
    height, width = picture.shape[:2]
    as_turned = turned(picture, turn)
    faces: list[Face] = []
    for small in SMALL_PICTURES:
        faces += [
            turned_back(face, turn, width, height)
            for face in _in_small(as_turned, small, detector, threshold)
        ]
        if any(face.score >= SURE for face in faces):
            break
    return merged(faces)


def besides(large: Sequence[Face], known: Sequence[Face], picture: RgbPicture) -> list[Face]:
    """The large faces that are none of those known for sure, whose boxes are the better ones, and that leave room for
    them: where a face fills the picture, there is no small one whose score is better."""
    sure = [face for face in known if face.score >= SURE]
    return [
        face
        for face in large
        if not any(
            overlap(face.box, other.box) > SAME_FACE or _leaves_no_room(face, other, picture)
            for other in sure
        )
    ]


def _leaves_no_room(face: Face, other: Face, picture: RgbPicture) -> bool:
    return (
        _share(face.box, picture) > FILLING_SHARE
        and other.score > face.score
        and SMALL_PART * size(other.box) < size(face.box)
        and intersection(other.box, face.box) > 0
    )


def _in_small(
    picture: RgbPicture, form: SmallPicture, detector: FaceDetector, threshold: float
) -> list[Face]:
    """The large faces that are detected in a small picture of this form."""
    height, width = picture.shape[:2]
    step = detector.step
    factor = form.long_side / max(width, height)
    across, down = max(step, round(width * factor)), max(step, round(height * factor))
    small = cv2.resize(picture, (across, down), interpolation=cv2.INTER_AREA)
    left, top = _padding(across, form.margin, step), _padding(down, form.margin, step)
    padded = cv2.copyMakeBorder(small, *top, *left, cv2.BORDER_CONSTANT, value=(128, 128, 128))
    faces = []
    for found in detector.detect(np.asarray(padded, np.uint8), threshold):
        x, y, side, length = found.box
        box = scaled((x - left[0], y - top[0], side, length), width / across, height / down)
        if _share(box, picture) > form.least_share:
            faces.append(Face(box, found.score))
    return faces


def _share(box: Box, picture: RgbPicture) -> float:
    """Of the picture's width or height, whichever share is more."""
    height, width = picture.shape[:2]
    return max(box[2] / float(width), box[3] / float(height))


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
    return [Face(moved(box, x, y), each.score) for box, each in zip(boxes, found, strict=True)]


def _better(face: Face, others: Sequence[Face]) -> Face:
    """The same face among others with the best score, or the face itself."""
    same = [other for other in others if other.score > face.score and overlap(other.box, face.box) > 0.2]
    return max(same, key=lambda other: other.score, default=face)


def _padding(side: int, margin: float, step: int) -> tuple[int, int]:
    """Pixels before and behind a side for the margin, so that it becomes a multiple of `step`."""
    wanted = -(-round(side * (1 + 2 * margin)) // step) * step
    before = (wanted - side) // 2
    return before, wanted - side - before

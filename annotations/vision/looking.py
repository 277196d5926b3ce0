"""Looking through a stretch of a clip: which frames, which parts, and what was found.

A stretch (up to a second) starts with a look at everything, at more than one scale. Then every ``stride``-th
frame is looked at where it changed; where two looks disagree, the frames between them are looked at too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from annotations.vision.attention import Attention, Part, coarse_luma
from annotations.vision.boxes import Box, distance, overlap, scaled, size, suppress
from annotations.vision.faces import Face, FaceDetector
from annotations.vision.video.picture import view

NEAR_LONG_SIDE = 160
"""A face that fills the picture is only found in a small picture."""
CUT_DIFFERENCE = 22.0
"""Mean change of brightness (of 255) over a whole picture that makes it a new scene."""
SAME_PLACE = 0.35
"""Two looks agree on a face when it moved by less than this share of its size: the hidden region has as much to
spare on either side."""
SMALL_FACE = 28.0
"""Faces of less than this many pixels that the detector is not sure of are looked at again at twice the size."""
SURE = 0.55
NOTABLE = 0.2
"""Faces below this score come and go; looks need not agree on them."""


@dataclass
class Stretch:
    """Consecutive frames, small and turned as displayed, YUV 4:2:0; ``first`` is the number of the first one."""

    first: int
    frames: list[VideoFrame] = field(default_factory=list)


@dataclass
class Seen:
    """By frame number the faces of each frame that was looked at (pixels of the small pictures), and the first
    frames of new scenes."""

    faces: dict[int, list[Face]] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    pixels: int = 0
    """How many pixels the detector was given: the work done."""


class Look:
    """Looks through stretches, which are independent of each other and can be worked on side by side."""

    def __init__(self, detector: FaceDetector, weakest: float, stride: int) -> None:
        self._detector = detector
        self._weakest = weakest
        self._stride = stride

    def through(self, stretch: Stretch, before: NDArray[np.uint8] | None) -> Seen:
        """``before`` is the coarse brightness of the frame before the stretch, if there is one."""
        seen = Seen()
        coarse = [coarse_luma(luma_of(frame)) for frame in stretch.frames]
        starts = self._cuts(coarse, before)
        seen.cuts = [stretch.first + start for start in starts]
        edges = sorted({0, *starts, len(coarse)})
        for start, end in pairwise(edges):
            self._through_scene(stretch, coarse, start, end, seen)
        return seen

    @staticmethod
    def _cuts(coarse: Sequence[NDArray[np.uint8]], before: NDArray[np.uint8] | None) -> list[int]:
        previous = [before, *coarse[:-1]]
        return [
            index
            for index, (old, new) in enumerate(zip(previous, coarse, strict=True))
            if old is not None and float(cv2.absdiff(old, new).mean()) > CUT_DIFFERENCE
        ]

    def _through_scene(
        self, stretch: Stretch, coarse: Sequence[NDArray[np.uint8]], start: int, end: int, seen: Seen
    ) -> None:
        picture = rgb_of(stretch.frames[start])
        height, width = picture.shape[:2]
        attention = Attention(width, height, self._detector.step)
        attention.look_everywhere(coarse[start])
        current = self._everywhere(picture, attention, seen)
        seen.faces[stretch.first + start] = current
        previous = start
        for index in sorted({*range(start + self._stride, end, self._stride), end - 1} - {start}):
            parts = attention.parts(coarse[index], [face.box for face in current])
            if parts:
                kept = [face for face in current if not any(part.owns(face.box) for part in parts)]
                current = self._merged([*kept, *self._at(stretch.frames[index], parts, seen)])
            seen.faces[stretch.first + index] = current
            self._between(stretch, previous, index, attention, seen)
            previous = index

    def _everywhere(self, picture: NDArray[np.uint8], attention: Attention, seen: Seen) -> list[Face]:
        height, width = picture.shape[:2]
        step = self._detector.step
        factor = NEAR_LONG_SIDE / max(width, height)
        near = (
            max(step, round(width * factor / step) * step),
            max(step, round(height * factor / step) * step),
        )
        small = np.asarray(cv2.resize(picture, near, interpolation=cv2.INTER_AREA), np.uint8)
        faces = self._detector.detect(picture, self._weakest)
        for face in self._detector.detect(small, self._weakest):
            box = scaled(face.box, width / near[0], height / near[1])
            # Small pictures see what is large; their boxes of what is small are coarse, and known already.
            if max(box[2] / width, box[3] / height) > 0.4:
                faces.append(Face(box, face.score))
        seen.pixels += width * height + near[0] * near[1]
        return self._merged(self._again_larger(picture, faces, seen))

    def _at(self, frame: VideoFrame, parts: Sequence[Part], seen: Seen) -> list[Face]:
        seen.pixels += sum(part.outer[2] * part.outer[3] for part in parts)
        picture = rgb_of(frame)
        faces = look_at(picture, parts, self._detector, self._weakest)
        return self._again_larger(picture, faces, seen)

    def _again_larger(self, picture: NDArray[np.uint8], faces: Sequence[Face], seen: Seen) -> list[Face]:
        """The faces; the small doubtful ones as they look at twice the size, if they look better there."""
        return [
            self._larger(picture, face, seen) if face.score < SURE and size(face.box) < SMALL_FACE else face
            for face in faces
        ]

    def _larger(self, picture: NDArray[np.uint8], face: Face, seen: Seen) -> Face:
        height, width = picture.shape[:2]
        side = 2 * self._detector.step
        x = max(0, min(round(face.box[0] + face.box[2] / 2) - side // 2, width - side))
        y = max(0, min(round(face.box[1] + face.box[3] / 2) - side // 2, height - side))
        window = cv2.resize(
            picture[y : y + side, x : x + side], (2 * side, 2 * side), interpolation=cv2.INTER_CUBIC
        )
        seen.pixels += 4 * side * side
        best = face
        for found in self._detector.detect(np.asarray(window, np.uint8), face.score):
            box = scaled(found.box, 0.5, 0.5)
            moved: Box = (box[0] + x, box[1] + y, box[2], box[3])
            if found.score > best.score and overlap(moved, face.box) > 0.2:
                best = Face(moved, found.score)
        return best

    def _between(self, stretch: Stretch, left: int, right: int, attention: Attention, seen: Seen) -> None:
        """Look at the frame in the middle where the looks on both sides disagree, and so on."""
        if right - left < 2:
            return
        disputed = _disputed(seen.faces[stretch.first + left], seen.faces[stretch.first + right])
        if not disputed:
            return
        middle = (left + right) // 2
        faces = self._at(stretch.frames[middle], attention.around(disputed), seen)
        seen.faces[stretch.first + middle] = self._merged(faces)
        self._between(stretch, left, middle, attention, seen)
        self._between(stretch, middle, right, attention, seen)

    @staticmethod
    def _merged(faces: list[Face]) -> list[Face]:
        kept = suppress([face.box for face in faces], [face.score for face in faces], 0.3)
        return [faces[index] for index in kept]


def look_at(
    picture: NDArray[np.uint8], parts: Sequence[Part], detector: FaceDetector, threshold: float
) -> list[Face]:
    """Faces of at least this score whose centres lie in these parts of a picture."""
    faces = []
    for part in parts:
        x, y, width, height = part.outer
        for face in detector.detect(picture[y : y + height, x : x + width], threshold):
            box: Box = (face.box[0] + x, face.box[1] + y, face.box[2], face.box[3])
            if part.owns(box):
                faces.append(Face(box, face.score))
    return faces


def _disputed(left: Sequence[Face], right: Sequence[Face]) -> list[Box]:
    """Boxes of notable faces that the other look has not, or has elsewhere."""
    boxes: list[Box] = []
    for faces, others in ((left, right), (right, left)):
        for face in faces:
            if face.score < NOTABLE:
                continue
            nearest = min((distance(face.box, other.box) for other in others), default=9.0)
            if nearest > SAME_PLACE:
                boxes.append(face.box)
    return boxes


def luma_of(frame: VideoFrame) -> NDArray[np.uint8]:
    """The brightness of a small frame, height x width."""
    return view(frame.planes[0])


def rgb_of(frame: VideoFrame) -> NDArray[np.uint8]:
    """A small frame as height x width x 3, RGB (BT.601, limited range: detectors do not mind which)."""
    packed = np.asarray(frame.to_ndarray(), np.uint8)
    return np.asarray(cv2.cvtColor(packed, cv2.COLOR_YUV2RGB_I420), np.uint8)

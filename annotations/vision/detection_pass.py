"""Looking through a stretch of a clip: which frames, which parts, and what was found.

The first frame and every new scene is looked at as a whole. Then every `stride`-th frame is looked at where it
changed, now and then also where it changed only slightly; where much changed, in a small picture as well, in which
large faces are found; where two looks disagree, the frames between them are looked at too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from annotations.vision.change_detection import CHANGED, Attention, Part, coarse_luma
from annotations.vision.boxes import Box, distance, overlap, scaled, size, suppress
from annotations.vision.faces import Face, FaceDetector
from annotations.vision.video.picture import view

NEAR_LONG_SIDE = 160
"""A face that fills the picture is only found in a small picture."""
NEAR_SHARE = 0.3
"""From this share of the picture on that changed, there may be a face that fills it: the first look at a scene and
every other one after it ask."""
LOOKS_TO_A_CLOSER_ONE = 30
"""Looks after which one also goes where the picture changed slightly: light that rises slowly shows faces."""
SLIGHTLY = 3.0
"""As `CHANGED`, for those: above what coding adds to a picture in which nothing happens by day."""
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
    """Consecutive frames, small and turned as displayed, YUV 4:2:0; `first` is the number of the first one."""

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


Sight = tuple[int, Sequence[Face]]
"""A frame by its place in a stretch, and its faces."""


class Look:
    """Looks through a clip, stretch by stretch in order. What was found stays where nothing changes."""

    def __init__(self, detector: FaceDetector, weakest: float, stride: int) -> None:
        self._detector = detector
        self._weakest = weakest
        self._stride = stride
        self._attention: Attention | None = None
        self._faces: list[Face] = []
        self._coarse: NDArray[np.uint8] | None = None
        self._looks = 0

    def through(self, stretch: Stretch) -> Seen:
        """The faces of a stretch that follows on the one before."""
        seen = Seen()
        coarse = [coarse_luma(luma_of(frame)) for frame in stretch.frames]
        cuts = self._cuts(coarse)
        seen.cuts = [stretch.first + cut for cut in cuts]
        last = len(coarse) - 1
        due = {*range(self._stride - 1, last, self._stride), last}
        due |= {index for cut in cuts for index in (cut - 1, cut) if index >= 0}
        if self._attention is None:
            due.add(0)
        previous = -1
        for index in sorted(due):
            frame, before, attention = stretch.frames[index], self._faces, self._attention
            new = attention is None or index in cuts
            if attention is None or new:
                self._attention = attention = Attention(frame.width, frame.height, self._detector.step)
                self._looks = 0
            self._look_again(attention, frame, coarse[index], seen)
            if not new:
                self._between(stretch, (previous, before), (index, self._faces), attention, seen)
            seen.faces[stretch.first + index] = self._faces
            previous = index
        self._coarse = coarse[-1]
        return seen

    def _cuts(self, coarse: Sequence[NDArray[np.uint8]]) -> list[int]:
        previous = [self._coarse, *coarse[:-1]]
        return [
            index
            for index, (old, new) in enumerate(zip(previous, coarse, strict=True))
            if old is not None and float(cv2.absdiff(old, new).mean()) > CUT_DIFFERENCE
        ]

    def _look_again(
        self, attention: Attention, frame: VideoFrame, coarse: NDArray[np.uint8], seen: Seen
    ) -> None:
        """Look where the picture changed, and bring what is known of its faces up to date."""
        self._looks += 1
        closer = self._looks % LOOKS_TO_A_CLOSER_ONE == 0
        parts = attention.parts(coarse, [face.box for face in self._faces], SLIGHTLY if closer else CHANGED)
        if parts:
            kept = [face for face in self._faces if not any(part.owns(face.box) for part in parts)]
            self._faces = self._merged([*kept, *self._at(frame, parts, seen)])

    def _at(self, frame: VideoFrame, parts: Sequence[Part], seen: Seen) -> list[Face]:
        seen.pixels += sum(part.outer[2] * part.outer[3] for part in parts)
        picture = rgb_of(frame)
        faces = look_at(picture, parts, self._detector, self._weakest)
        much = sum(part.inner[2] * part.inner[3] for part in parts) > NEAR_SHARE * frame.width * frame.height
        if much and self._looks % 2:
            faces = self._merged([*faces, *self._near(picture, parts, seen)])
        return self._again_larger(picture, faces, seen)

    def _near(self, picture: NDArray[np.uint8], parts: Sequence[Part], seen: Seen) -> list[Face]:
        """Faces that take up much of the picture, in these parts of it."""
        height, width = picture.shape[:2]
        step = self._detector.step
        factor = NEAR_LONG_SIDE / max(width, height)
        near = (
            max(step, round(width * factor / step) * step),
            max(step, round(height * factor / step) * step),
        )
        small = np.asarray(cv2.resize(picture, near, interpolation=cv2.INTER_AREA), np.uint8)
        seen.pixels += near[0] * near[1]
        found = self._detector.detect(small, self._weakest)
        faces = [Face(scaled(face.box, width / near[0], height / near[1]), face.score) for face in found]
        # Small pictures see what is large; their boxes of what is small are coarse, and known already.
        large = [face for face in faces if max(face.box[2] / width, face.box[3] / height) > 0.4]
        return [face for face in large if any(part.owns(face.box) for part in parts)]

    def _again_larger(self, picture: NDArray[np.uint8], faces: Sequence[Face], seen: Seen) -> list[Face]:
        """The faces; the small doubtful ones as they look at twice the size, if they look better there."""
        return [
            self._larger(picture, face, seen) if face.score < SURE and size(face.box) < SMALL_FACE else face
            for face in faces
        ]

    def _larger(self, picture: NDArray[np.uint8], face: Face, seen: Seen) -> Face:
        height, width = picture.shape[:2]
        side = self._detector.step * 3 // 2
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

    def _between(self, stretch: Stretch, left: Sight, right: Sight, attention: Attention, seen: Seen) -> None:
        """Look at the frame in the middle where the looks on both sides disagree, and so on."""
        middle = (left[0] + right[0]) // 2
        if middle <= left[0]:
            return
        disputed = _disputed(left[1], right[1])
        if not disputed:
            return
        faces = self._merged(self._at(stretch.frames[middle], attention.around(disputed), seen))
        seen.faces[stretch.first + middle] = faces
        self._between(stretch, left, (middle, faces), attention, seen)
        self._between(stretch, (middle, faces), right, attention, seen)

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

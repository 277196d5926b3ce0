"""The detection pass over a clip: which frames are sampled, in which regions, and which faces they have.

The first frame and every new scene are searched as a whole. Then every `stride`-th frame is searched where it
changed, now and then also where it changed only slightly; where much changed, in a small picture as well, in which
large faces are found; where two samples disagree, the frames between them are searched, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from annotations.vision.boxes import Box, distance, non_maximum_suppression, overlap, scaled, size
from annotations.vision.change_detection import (
    CHANGED,
    ChangeDetector,
    RegionOfInterest,
    coarse_luma,
    is_scene_cut,
)
from annotations.vision.faces import SAME_FACE, Face, FaceDetector, RgbPicture
from annotations.vision.video.picture import luma_of, rgb_of

NEAR_LONG_SIDE = 160
"""A face that fills the picture is only found in a small picture."""
NEAR_SHARE = 0.3
"""From this share of the picture on that changed, there may be a face that fills it: the first sample of a scene and
every other one after it search for it."""
SAMPLES_PER_SENSITIVE_ONE = 30
"""Samples after which one also goes where the picture changed slightly: light that rises slowly shows faces."""
SLIGHTLY_CHANGED = 3.0
"""As `CHANGED`, for those: above what coding adds to a picture in which nothing happens by day."""
SAME_PLACE = 0.35
"""Two samples agree on a face when it moved by less than this share of its size: the hidden region has as much to
spare on either side."""
SMALL_FACE = 28.0
"""Faces of less than this many pixels that the detector is not sure of are detected again at twice the size."""
SURE = 0.55
"""Score from which a small face needs no second detection."""
NOTABLE = 0.2
"""Faces below this score come and go; samples need not agree on them."""
LARGE_SHARE = 0.4
"""Of the picture's width or height: faces from this size on are taken from the small picture."""

Sample = tuple[int, Sequence[Face]]
"""A frame by its place in a segment, and its faces."""


@dataclass
class Segment:
    """Consecutive frames, small and turned as displayed, YUV 4:2:0; `first` is the number of the first one."""

    first: int
    frames: list[VideoFrame] = field(default_factory=list)


@dataclass
class SegmentFaces:
    """The faces of each sampled frame of a segment, by frame number in the clip (pixels of the small pictures), and the
    first frames of new scenes."""

    faces: dict[int, list[Face]] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)


class DetectionPass:
    """Goes through a clip, segment by segment in order. What was found stays where nothing changes."""

    def __init__(self, detector: FaceDetector, weakest: float, stride: int) -> None:
        """Faces of at least the score `weakest` are kept; `stride` is the number of frames from sample to sample."""
        self._detector = detector
        self._weakest = weakest
        self._stride = stride
        self._changes: ChangeDetector | None = None
        self._faces: list[Face] = []
        self._last_coarse: NDArray[np.uint8] | None = None
        self._samples = 0

    def run(self, segment: Segment) -> SegmentFaces:
        """The faces of a segment that follows on the one before."""
        found = SegmentFaces()
        coarse = [coarse_luma(luma_of(frame)) for frame in segment.frames]
        cuts = self._cuts(coarse)
        found.cuts = [segment.first + cut for cut in cuts]
        last = len(coarse) - 1
        due = {*range(self._stride - 1, last, self._stride), last}
        due |= {index for cut in cuts for index in (cut - 1, cut) if index >= 0}
        if self._changes is None:
            due.add(0)
        previous = -1
        for index in sorted(due):
            frame, before, changes = segment.frames[index], self._faces, self._changes
            new_scene = changes is None or index in cuts
            if changes is None or new_scene:
                self._changes = changes = ChangeDetector(frame.width, frame.height, self._detector.step)
                self._samples = 0
            self._sample(changes, frame, coarse[index])
            if not new_scene:
                self._resolve(segment, (previous, before), (index, self._faces), found)
            found.faces[segment.first + index] = self._faces
            previous = index
        self._last_coarse = coarse[-1]
        return found

    def _cuts(self, coarse: Sequence[NDArray[np.uint8]]) -> list[int]:
        previous = [self._last_coarse, *coarse[:-1]]
        return [
            index
            for index, (old, new) in enumerate(zip(previous, coarse, strict=True))
            if old is not None and is_scene_cut(old, new)
        ]

    def _sample(self, changes: ChangeDetector, frame: VideoFrame, coarse: NDArray[np.uint8]) -> None:
        """Detect where the picture changed, and bring what is known of its faces up to date."""
        self._samples += 1
        sensitive = self._samples % SAMPLES_PER_SENSITIVE_ONE == 0
        least = SLIGHTLY_CHANGED if sensitive else CHANGED
        regions = changes.regions(coarse, [face.box for face in self._faces], least)
        if regions:
            kept = [face for face in self._faces if not any(region.owns(face.box) for region in regions)]
            self._faces = _merged([*kept, *self._detect(frame, regions)])

    def _detect(self, frame: VideoFrame, regions: Sequence[RegionOfInterest]) -> list[Face]:
        picture = rgb_of(frame)
        faces = detect_in(regions, picture, self._detector, self._weakest)
        area = sum(region.inner[2] * region.inner[3] for region in regions)
        if area > NEAR_SHARE * frame.width * frame.height and self._samples % 2:
            faces = _merged([*faces, *self._large_faces(picture, regions)])
        return [
            self._refined(picture, face) if face.score < SURE and size(face.box) < SMALL_FACE else face
            for face in faces
        ]

    def _large_faces(self, picture: RgbPicture, regions: Sequence[RegionOfInterest]) -> list[Face]:
        """Faces that take up much of the picture, in these regions of it."""
        height, width = picture.shape[:2]
        step = self._detector.step
        factor = NEAR_LONG_SIDE / max(width, height)
        across = max(step, round(width * factor / step) * step)
        down = max(step, round(height * factor / step) * step)
        small = np.asarray(cv2.resize(picture, (across, down), interpolation=cv2.INTER_AREA), np.uint8)
        found = self._detector.detect(small, self._weakest)
        faces = [Face(scaled(face.box, width / across, height / down), face.score) for face in found]
        # Small pictures see what is large; their boxes of what is small are coarse, and known already.
        large = [face for face in faces if max(face.box[2] / width, face.box[3] / height) > LARGE_SHARE]
        return [face for face in large if any(region.owns(face.box) for region in regions)]

    def _refined(self, picture: RgbPicture, face: Face) -> Face:
        """A small doubtful face as it is detected at twice the size, if its score is better there."""
        height, width = picture.shape[:2]
        side = self._detector.step * 3 // 2
        x = max(0, min(round(face.box[0] + face.box[2] / 2) - side // 2, width - side))
        y = max(0, min(round(face.box[1] + face.box[3] / 2) - side // 2, height - side))
        window = cv2.resize(
            picture[y : y + side, x : x + side], (2 * side, 2 * side), interpolation=cv2.INTER_CUBIC
        )
        best = face
        for found in self._detector.detect(np.asarray(window, np.uint8), face.score):
            box = scaled(found.box, 0.5, 0.5)
            moved: Box = (box[0] + x, box[1] + y, box[2], box[3])
            if found.score > best.score and overlap(moved, face.box) > 0.2:
                best = Face(moved, found.score)
        return best

    def _resolve(self, segment: Segment, left: Sample, right: Sample, found: SegmentFaces) -> None:
        """Detect on the frame in the middle where the samples on both sides disagree, and so on (bisection)."""
        middle = (left[0] + right[0]) // 2
        if middle <= left[0] or self._changes is None:
            return
        disputed = _disputed(left[1], right[1])
        if not disputed:
            return
        faces = _merged(self._detect(segment.frames[middle], self._changes.regions_around(disputed)))
        found.faces[segment.first + middle] = faces
        self._resolve(segment, left, (middle, faces), found)
        self._resolve(segment, (middle, faces), right, found)


def detect_in(
    regions: Sequence[RegionOfInterest], picture: RgbPicture, detector: FaceDetector, threshold: float
) -> list[Face]:
    """Faces of at least this score whose centres lie in these regions of a picture."""
    faces = []
    for region in regions:
        x, y, width, height = region.outer
        for face in detector.detect(picture[y : y + height, x : x + width], threshold):
            box: Box = (face.box[0] + x, face.box[1] + y, face.box[2], face.box[3])
            if region.owns(box):
                faces.append(Face(box, face.score))
    return faces


def _merged(faces: list[Face]) -> list[Face]:
    kept = non_maximum_suppression([face.box for face in faces], [face.score for face in faces], SAME_FACE)
    return [faces[index] for index in kept]


def _disputed(left: Sequence[Face], right: Sequence[Face]) -> list[Box]:
    """Boxes of notable faces that the other sample has not, or has elsewhere."""
    boxes: list[Box] = []
    for faces, others in ((left, right), (right, left)):
        for face in faces:
            if face.score < NOTABLE:
                continue
            nearest = min((distance(face.box, other.box) for other in others), default=9.0)
            if nearest > SAME_PLACE:
                boxes.append(face.box)
    return boxes

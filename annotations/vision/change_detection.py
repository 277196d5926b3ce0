"""Regions of interest: the parts of a picture that are no longer what they were when faces were detected there.

Home cameras do not move. A part of the picture that has not changed still shows what was found there, so the
detector is run on what changed, with enough around it to see heads whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, intersection

BLOCK = 16
"""Side in pixels of the blocks whose change is measured."""
CHANGED = 8.0
"""Mean change of brightness (of 255) in a block that calls for detection: above the noise of coded night pictures,
below what a head does to any background that it can be told from."""
SAME_EXPOSURE = 1.25
"""Factor of brightness up to which a picture that became brighter or darker as a whole is the same: cameras set their
exposure by what passes, and up to there nobody becomes visible who was not."""
LEAST_EXPOSURE = 1.02
"""The factor from which it is taken for one at all."""
LARGE_CHANGE = 0.25
"""Share of the blocks from which on it is not the exposure that changed: somebody large came nearer."""
BLACK = 16
"""Brightness of what is black (limited range)."""
SCENE_CUT = 22.0
"""Mean change of brightness (of 255) over a whole picture that makes it a new scene,"""
SAME_SCENE = SCENE_CUT / 2
"""unless no more than this is left when the picture is moved back: a camera that is carried, or rocked with a cot,
shows the same scene."""
FARTHEST_MOVED = 0.25
"""Share of the picture's sides by which it may have moved from one frame to the next."""
CONTEXT = 16
"""Pixels around a changed region that the detector sees with it."""
WHOLE_SHARE = 0.8
"""From this share of the picture on, one detection on everything is cheaper than several on regions."""

Luma = NDArray[np.uint8]
Blocks = NDArray[np.uint8]
"""A picture's blocks, rows x columns: 1 for those that are meant, else 0."""
Rectangle = tuple[int, int, int, int]
"""(x, y, width, height) in whole pixels."""


@dataclass(frozen=True)
class RegionOfInterest:
    """A part of the picture in which to detect. Faces count when their centre lies in `inner`; the detector is given
    `outer`, whose sides are multiples of its step."""

    inner: Rectangle
    outer: Rectangle

    def owns(self, box: Box) -> bool:
        """Whether the centre of a box lies in `inner`."""
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        left, top, width, height = self.inner
        return left <= x < left + width and top <= y < top + height


class ChangeDetector:
    """Remembers the brightness of every block as it was at the last detection. Sizes are those of the pictures that
    the face detector gets, multiples of its step."""

    def __init__(self, width: int, height: int, step: int) -> None:
        self._width, self._height, self._step = width, height, step
        self._reference: Luma | None = None

    @property
    def everything(self) -> RegionOfInterest:
        """The whole picture as one region."""
        whole = (0, 0, self._width, self._height)
        return RegionOfInterest(whole, whole)

    def reset(self, coarse: Luma) -> None:
        """The whole picture, whose brightness is `coarse` (see `coarse_luma`), is the reference from now on."""
        self._reference = coarse.copy()

    def regions(self, coarse: Luma, known: Sequence[Box], least: float = CHANGED) -> list[RegionOfInterest]:
        """The regions that changed by at least `least`, which become the reference now. A known face that touches one
        lies in it as a whole. Below `CHANGED`, exposure is a change, too."""
        if self._reference is None:
            self.reset(coarse)
            return [self.everything]
        exposure_counts = least < CHANGED
        blocks = (
            self._unlike(coarse, self._reference, least)
            if exposure_counts
            else self.changed_blocks(coarse, self._reference)
        )
        regions = self.regions_of(blocks, known)
        for region in regions:
            x, y, width, height = (value // 4 for value in region.inner)
            window = slice(y, y + height), slice(x, x + width)
            self._reference[window] = coarse[window]
        return regions

    def regions_of(self, blocks: Blocks, known: Sequence[Box] = ()) -> list[RegionOfInterest]:
        """Regions that hold these blocks and their neighbours. A known face that touches one lies in it as a whole."""
        if not blocks.any():
            return []
        wide = np.asarray(cv2.dilate(blocks, np.ones((3, 3), np.uint8)), np.uint8)
        _, _, found, _ = cv2.connectedComponentsWithStats(wide, connectivity=8)
        inner = [tuple(int(value) * BLOCK for value in row[:4]) for row in found[1:]]
        grown = [_with_faces((x, y, w, h), known) for x, y, w, h in inner]
        return self.joined([self._clipped(box) for box in grown])

    def has_changed(self, coarse: Luma, blocks: int) -> bool:
        """Whether so many blocks changed since the reference; if so, the whole picture is the reference now."""
        if self._reference is not None and self.changed_blocks(coarse, self._reference).sum() < blocks:
            return False
        self.reset(coarse)
        return True

    @property
    def blocks(self) -> tuple[int, int]:
        """How many blocks a picture has, across and down."""
        return self._width // BLOCK, self._height // BLOCK

    def changed_blocks(self, coarse: Luma, reference: Luma) -> Blocks:
        """The blocks that are not what they are in the reference, nor what they would be there in another exposure,
        if that is what happened to most of the picture."""
        changed = self._unlike(coarse, reference, CHANGED)
        otherwise = self._unlike(coarse, exposed_like(reference, coarse), CHANGED)
        return np.minimum(changed, otherwise) if otherwise.mean() < LARGE_CHANGE else changed

    def _unlike(self, coarse: Luma, reference: Luma, least: float) -> Blocks:
        change = cv2.absdiff(coarse, reference).astype(np.float32)
        return np.asarray(cv2.resize(change, self.blocks, interpolation=cv2.INTER_AREA) > least, np.uint8)

    def joined(self, inner: Sequence[Rectangle]) -> list[RegionOfInterest]:
        """Regions of these rectangles; the whole picture where they take up most of it."""
        regions = self._disjoint(list(inner))
        area = sum(region.outer[2] * region.outer[3] for region in regions)
        return [self.everything] if area > WHOLE_SHARE * self._width * self._height else regions

    def regions_around(self, boxes: Sequence[Box]) -> list[RegionOfInterest]:
        """Regions that hold these boxes and half their size around them."""
        wide = [(x - w / 2, y - h / 2, 2 * w, 2 * h) for x, y, w, h in boxes]
        return self._disjoint([self._clipped(box) for box in wide])

    def _clipped(self, box: Box) -> Rectangle:
        """Grown to whole multiples of 4 pixels, inside the picture."""
        left, top = max(0, int(box[0]) // 4 * 4), max(0, int(box[1]) // 4 * 4)
        right = min(self._width, -(-int(np.ceil(box[0] + box[2])) // 4) * 4)
        bottom = min(self._height, -(-int(np.ceil(box[1] + box[3])) // 4) * 4)
        return left, top, max(4, right - left), max(4, bottom - top)

    def _disjoint(self, inner: list[Rectangle]) -> list[RegionOfInterest]:
        """Regions with context; those whose outer rectangles would overlap are joined."""
        regions: list[RegionOfInterest] = []
        pending = list(inner)
        while pending:
            box = pending.pop()
            region = RegionOfInterest(box, self._outer(box))
            other = next((r for r in regions if intersection(r.outer, region.outer) > 0), None)
            if other is None:
                regions.append(region)
                continue
            regions.remove(other)
            x, y = min(box[0], other.inner[0]), min(box[1], other.inner[1])
            right = max(box[0] + box[2], other.inner[0] + other.inner[2])
            bottom = max(box[1] + box[3], other.inner[1] + other.inner[3])
            pending.append((x, y, right - x, bottom - y))
        return regions

    def _outer(self, inner: Rectangle) -> Rectangle:
        x, width = self._with_context(inner[0], inner[2], self._width)
        y, height = self._with_context(inner[1], inner[3], self._height)
        return x, y, width, height

    def _with_context(self, start: int, length: int, limit: int) -> tuple[int, int]:
        """Start and length with context on both sides, up to a whole number of steps, inside the picture."""
        wanted = min(limit, -(-(length + 2 * CONTEXT) // self._step) * self._step)
        begin = start + length // 2 - wanted // 2
        return max(0, min(begin, limit - wanted)), wanted


def coarse_luma(luma: Luma) -> Luma:
    """Brightness at a quarter of the size in both directions, each value the mean of 4 x 4 pixels."""
    height, width = luma.shape
    # In two steps: OpenCV is several times faster at halving than at quartering.
    half = cv2.resize(luma, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(half, (width // 4, height // 4), interpolation=cv2.INTER_AREA), np.uint8)


def exposed_like(reference: Luma, coarse: Luma) -> Luma:
    """The reference as bright as the other picture if the exposure can have changed so, else as it is."""
    before, after = reference.astype(np.float32) - BLACK, coarse.astype(np.float32) - BLACK
    factor = float(np.median(after / np.maximum(before, 1)))
    if not LEAST_EXPOSURE < max(factor, 1 / max(factor, 1e-3)) < SAME_EXPOSURE:
        return reference
    return np.asarray(np.clip(before * factor + BLACK, 0, 255), np.uint8)


def is_scene_cut(before: Luma, after: Luma) -> bool:
    """Whether two neighbouring frames, given as their `coarse_luma`, belong to different scenes."""
    return _difference(before, after) > SCENE_CUT and not _has_moved(before, after)


def _has_moved(before: Luma, after: Luma) -> bool:
    """Whether a picture is the other one as a camera that moves sees it (phase correlation: Kuglin and Hines, "The
    phase correlation image alignment method", 1975)."""
    height, width = before.shape
    # Without a window, the picture's borders correlate best where they are.
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(before.astype(np.float32), after.astype(np.float32), window)
    if not (abs(shift[0]) <= FARTHEST_MOVED * width and abs(shift[1]) <= FARTHEST_MOVED * height):
        return False
    x, y = round(shift[0]), round(shift[1])
    old = before[max(0, -y) : height - max(0, y), max(0, -x) : width - max(0, x)]
    new = after[max(0, y) : height - max(0, -y), max(0, x) : width - max(0, -x)]
    return _difference(old, new) < SAME_SCENE


def _difference(before: Luma, after: Luma) -> float:
    return float(cv2.absdiff(before, after).mean())


def _with_faces(box: Box, known: Sequence[Box]) -> Box:
    """The box, grown to hold every known face that it touches, with a quarter of its size around."""
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    for face in known:
        if intersection(box, face) > 0:
            left, top = min(left, face[0] - face[2] / 4), min(top, face[1] - face[3] / 4)
            right = max(right, face[0] + face[2] * 1.25)
            bottom = max(bottom, face[1] + face[3] * 1.25)
    return left, top, right - left, bottom - top

"""Where a frame of a rendition is hidden, and whether what was seen in it lies there."""

import math
from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np

from annotations.vision.boxes import Box, centre, covered, size
from annotations.vision.change_detection import RegionOfInterest
from annotations.vision.obscure import Mask, hidden_mask

BESIDE = 3.0
"""Sizes of a hidden face from its middle within which its own hands and arms are."""
BORDER = 17
"""Pixels of a small picture across which the borders of hidden regions are spread, about."""
PERSON_AREA = 40.0
"""Areas of a face's box in which a person moves between two checks: some 8 faces high and 2 to 5 wide."""


class HiddenRegions:
    """The face boxes that are hidden on a frame of this width and height, in its pixels."""

    def __init__(self, boxes: Sequence[Box], width: int, height: int) -> None:
        self._boxes = boxes
        self._size = width, height

    def share_of(self, box: Box) -> float:
        """How much of a box is hidden, 0 to 1."""
        return covered(box, self._mask)

    def hides(self, box: Box) -> bool:
        """Whether the middle of a box is hidden; of one outside the picture, the nearest pixel inside."""
        if not self._boxes:
            return False
        (x, y), (width, height) = centre(box), self._size
        return bool(self._mask[min(height - 1, max(0, int(y))), min(width - 1, max(0, int(x)))])

    def is_beside(self, box: Box) -> bool:
        """Whether a box lies where the hands of somebody are whose head is hidden."""
        x, y = centre(box)
        return any(
            math.hypot(x - middle_x, y - middle_y) < BESIDE * size(hidden)
            for hidden in self._boxes
            for middle_x, middle_y in [centre(hidden)]
        )

    def explain(self, region: RegionOfInterest, scale: tuple[float, float]) -> bool:
        """Whether what changed in a region can be the people whose heads are hidden in it. `scale` leads from the
        pixels of the region to those of the frame, across and down."""
        owned = [
            (x / scale[0], y / scale[1], width / scale[0], height / scale[1])
            for x, y, width, height in self._boxes
        ]
        area = sum(box[2] * box[3] for box in owned if region.owns(box))
        return region.inner[2] * region.inner[3] <= PERSON_AREA * area

    def shown(self, width: int, height: int) -> Mask | None:
        """Where nothing is hidden, nor a few pixels from there, in a picture of the frame of this size; None for
        everywhere."""
        if not self._boxes:
            return None
        hidden = cv2.resize(self._mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        return np.asarray(cv2.dilate(hidden, np.ones((BORDER, BORDER), np.uint8)) == 0)

    @cached_property
    def _mask(self) -> Mask:
        return hidden_mask(self._boxes, *self._size)

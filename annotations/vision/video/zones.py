"""Privacy zones in a picture: filled with a constant grey before anything else sees it."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.camera import Polygon
from annotations.vision.video.picture import Picture

FILL_LEVELS = (96, 128, 128)
"""Luma and colour (blue, red) of the grey that fills."""
MARGIN = 12
"""Pixels around a zone that are filled, too. What comes before mixes neighbours: each scaling takes two samples on each
side (bicubic, four taps), in the colour planes that is four pixels, and a picture may be scaled, its colours spread to
whole size and halved again."""


def fill(picture: Picture, zones: Sequence[Polygon]) -> None:
    """Fill the zones in place."""
    hidden = hidden_blocks(tuple(zones), picture.width, picture.height)
    luma, blue, red = FILL_LEVELS
    picture.luma[hidden.repeat(2, axis=0).repeat(2, axis=1)] = luma
    picture.blue[hidden] = blue
    picture.red[hidden] = red


@lru_cache(maxsize=4)
def hidden_blocks(zones: tuple[Polygon, ...], width: int, height: int) -> NDArray[np.bool_]:
    """The blocks of 2 x 2 pixels of a picture of this size that a zone or its margin touches."""
    mask = np.zeros((height, width), np.uint8)
    for zone in zones:  # one by one: of polygons that are drawn at once, OpenCV leaves out where two overlap
        corners = np.array([(x * (width - 1), y * (height - 1)) for x, y in zone])
        cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    side = 2 * MARGIN + 1
    mask = np.asarray(cv2.dilate(mask, np.ones((side, side), np.uint8)), np.uint8)
    return np.asarray(mask.reshape(height // 2, 2, width // 2, 2).any(axis=(1, 3)), bool)

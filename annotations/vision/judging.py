"""Whether pictures can be judged at all: in the dark, and out of focus, no model finds the faces that people may.

What cannot be judged is held: that nothing was found in it says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np

from annotations.vision.change_detection import Luma, RegionOfInterest
from annotations.vision.obscure import Mask

Reason = Literal["", "too_dark", "too_blurred"]

TOO_DARK = 7.0
"""Brightness (0 to 255) where the picture changed, below which faces are lost in the steps between two values."""
TOO_BLURRED = 0.075
"""Contrast of details of 2 to 4 pixels, in that of details of 16 to 32 pixels, below which faces have no features.
Pictures in focus have 0.2 and more, those of a face that fills them, where it is not hidden, 0.09 and more."""
ONE_BRIGHTNESS = 0.25
"""Standard deviation of the luma below which a picture shows nothing, as when something covers the lens."""
WHOLLY = 0.99
"""Share of the pixels under one of a smaller picture that are shown from which it counts."""
LEAST_CONTRAST = 1.5
"""Contrast of large details (standard deviation, of 255) below which there is nothing to be sharp."""


@dataclass(frozen=True)
class Visibility:
    """How well one picture can be seen: the mean brightness of what changed in it, 0 to 255 (None where the picture is
    of one brightness), and its sharpness, the contrast of details in that of large ones (None where it has none)."""

    brightness: float | None
    sharpness: float | None


def visibility_of(luma: Luma, regions: Sequence[RegionOfInterest], shown: Mask | None = None) -> Visibility:
    """That of a picture (luma in limited range) in which these regions changed, at least one. Sharp is what is `shown`
    of it, all if that is None: the borders of hidden regions are sharp in every picture."""
    total = area = 0.0
    for region in regions:
        x, y, width, height = region.inner
        total += float(luma[y : y + height, x : x + width].sum())
        area += width * height
    brightness = max(0.0, (total / area - 16) * 255 / 219) if luma.std() >= ONE_BRIGHTNESS else None
    return Visibility(brightness, _sharpness(luma, shown))


def _sharpness(luma: Luma, shown: Mask | None) -> float | None:
    """Of the bands of a Laplacian pyramid (Burt and Adelson 1983), the second in the fifth."""
    weights = np.ones(luma.shape, np.float32) if shown is None else shown.astype(np.float32)
    levels = [luma.astype(np.float32)]
    for _ in range(5):
        height, width = levels[-1].shape
        smaller = cv2.resize(
            levels[-1], (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA
        )
        levels.append(np.asarray(smaller, np.float32))
    contrasts = []
    for large, small in pairwise(levels):
        back = cv2.resize(small, large.shape[::-1], interpolation=cv2.INTER_LINEAR)
        counts = cv2.resize(weights, large.shape[::-1], interpolation=cv2.INTER_AREA) > WHOLLY
        contrasts.append(float((large - back)[counts].std()) if counts.any() else 0.0)
    return contrasts[1] / contrasts[4] if contrasts[4] >= LEAST_CONTRAST else None


def unjudgeable(visibilities: Sequence[Visibility]) -> Reason:
    """Why the pictures of a clip cannot be judged, none of those that show anything; "" when one can."""
    lights = [each.brightness for each in visibilities if each.brightness is not None]
    if lights and max(lights) < TOO_DARK:
        return "too_dark"
    sharp = [each.sharpness for each in visibilities if each.sharpness is not None]
    if sharp and max(sharp) < TOO_BLURRED:
        return "too_blurred"
    return ""

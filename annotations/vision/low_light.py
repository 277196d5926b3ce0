"""Low-light enhancement: whoever brightens a rendition sees what is in the dark, so detectors have to.

The curve is a power law on RGB values, as gamma correction is (Gonzalez and Woods, "Digital Image Processing", 3.2.3).
It is chosen by the picture's own brightness and kept while that stays about the same, so that an enhanced
picture changes only where something happens in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

DARK = 48.0
"""Brightness (0 to 255, mean or median, whichever is less) below which a picture is enhanced."""
TARGET = 90.0
"""Brightness that it is enhanced to."""
STEEPEST = 0.28
"""The least exponent: beyond it, noise is all that there is to see."""
SAME_LIGHT = 1.5
"""A curve is kept until the brightness has changed by this factor."""
NOISY = 24.0
"""Brightness below which the mean of three neighbouring pictures is taken before that: it has half the noise."""
NEIGHBOURHOOD = 5
"""Pixels across and down of which the mean difference tells whether something moved,"""
MOVED_FACTOR = 2.0
"""when it is more than so many times that of noise."""

Curve = NDArray[np.uint8]


@dataclass(frozen=True)
class Enhancement:
    """How pictures of a brightness (0 to 255) are enhanced. Both curves have 256 values from 0 to 255."""

    brightness: float
    rgb: Curve = field(init=False, repr=False, compare=False)
    luma: Curve = field(init=False, repr=False, compare=False)
    """From luma in limited range (ITU-R BT.601: 16 is black, 235 white) to enhanced brightness."""

    def __post_init__(self) -> None:
        shares = np.arange(256) / 255
        darkness = np.log(min(max(self.brightness, 1.0), 254.0) / 255)
        exponent = float(np.clip(np.log(TARGET / 255) / darkness, STEEPEST, 1.0))
        full = np.clip((np.arange(256) - 16) / 219, 0, 1)
        object.__setattr__(self, "rgb", np.round(255 * shares**exponent).astype(np.uint8))
        object.__setattr__(self, "luma", np.round(255 * full**exponent).astype(np.uint8))

    def picture(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """The enhanced mean of one or several pictures of the same size (height x width x 3, RGB)."""
        mean = pictures[0]
        if len(pictures) > 1:
            total = sum(picture.astype(np.uint16) for picture in pictures)
            mean = np.asarray((total + len(pictures) // 2) // len(pictures), np.uint8)
        return np.asarray(cv2.LUT(mean, self.rgb), np.uint8)

    @property
    def is_noisy(self) -> bool:
        """Whether pictures so dark should be averaged before they are enhanced."""
        return self.brightness < NOISY


def where_still(other: NDArray[np.uint8], picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A neighbouring picture of the same size (height x width x 3, RGB), but what moved since as it is in this one: the
    mean of both has less noise where nothing moves, and is not smeared where something does.

    What differs by more than twice the median difference moved: where most of a picture is still, that is noise.
    """
    change = cv2.cvtColor(cv2.absdiff(other, picture), cv2.COLOR_RGB2GRAY).astype(np.float32)
    difference = cv2.blur(change, (NEIGHBOURHOOD, NEIGHBOURHOOD))
    still = np.asarray(difference <= MOVED_FACTOR * max(1.0, np.median(difference)), np.uint8)
    return np.asarray(cv2.copyTo(other, still, picture.copy()), np.uint8)


def brightness(luma: NDArray[np.uint8]) -> float:
    """Mean or median of a picture's luma (limited range), whichever is less, as 0 to 255: a lamp lights no room."""
    level = min(float(luma.mean()), float(np.median(luma)))
    return max(0.0, (level - 16) * 255 / 219)


def enhancement_for(luma: NDArray[np.uint8], before: Enhancement | None) -> Enhancement | None:
    """The enhancement for a picture with this luma, None where it is bright enough; the one before while it serves."""
    level = max(1.0, brightness(luma))
    if before is not None and 1 / SAME_LIGHT < level / before.brightness < SAME_LIGHT:
        return before
    return Enhancement(level) if level < DARK else None

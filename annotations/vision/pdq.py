"""PDQ, the perceptual hash of pictures (Meta, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing
algorithm", 2019): 256 bits that change little when a picture is coded again, scaled or brightened.

A hash of a whole picture, never of a face: it recognises the same picture, not who is in it. Written with numpy and
OpenCV, bit for bit what Meta's own program gives (`tests/vision/test_pdq.py`), because that one has to be compiled.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

BITS = 256
BYTES = BITS // 8
LEAST_QUALITY = 50
"""Of 100. Below, a picture has too little in it (night, fog, a wall) for its hash to mean anything, say its authors."""
SIDE, KEPT = 64, 16
"""Of a decimated picture and of its cosine transform, in values each way."""
_LETTERBOX_LUMA = 28
"""Rows and columns whose brightest pixel is below this (video black is 16) at an edge are a letter-box."""


def pdq(luma: Luma) -> tuple[bytes, int]:
    """The hash (32 bytes) of a picture's brightness (height x width), and its quality, 0 to 100."""
    small = decimated(luma)
    return hash_of(small), quality_of(small)


def hash_of(small: NDArray[np.float32]) -> bytes:
    """The hash of a decimated picture."""
    return hashes_of(np.asarray(COSINES @ small @ COSINES.T, np.float32).reshape(1, BITS))


def hashes_of(transformed: NDArray[np.float32]) -> bytes:
    """The hashes of pictures, one after the other, from their cosine transforms (n x 256, row by row)."""
    medians = np.partition(transformed, BITS // 2 - 1, axis=1)[:, BITS // 2 - 1, np.newaxis]
    # The first bit is the one of the highest frequencies.
    return np.packbits((transformed > medians)[:, ::-1], axis=1).tobytes()


def without_letterbox(luma: Luma) -> Luma:
    """The picture without black bars at its edges; as it is when less than half of it would be left."""
    rows = np.nonzero(luma.max(axis=1) > _LETTERBOX_LUMA)[0]
    columns = np.nonzero(luma.max(axis=0) > _LETTERBOX_LUMA)[0]
    if not len(rows) or not len(columns):
        return luma
    inside = luma[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return inside if inside.size * 2 >= luma.size else luma


def _cosines() -> NDArray[np.float32]:
    """Rows 1 to 16 of the discrete cosine transform of 64 values."""
    row, column = np.arange(1, KEPT + 1)[:, np.newaxis], np.arange(SIDE)
    waves = np.sqrt(2 / SIDE) * np.cos(np.pi / 2 / SIDE * row * (2 * column + 1))
    return np.asarray(waves, np.float32)


COSINES = _cosines()


def decimated(luma: Luma) -> NDArray[np.float32]:
    """64 x 64 values of the picture, smoothed by two box filters whose size follows the picture's."""
    height, width = luma.shape
    size, anchor, inside = _window(width, height)
    once = _sums(luma, size, anchor)
    once /= inside
    twice = _sums(once, size, anchor)
    rows, columns = (((np.arange(SIDE) + 0.5) * side / SIDE).astype(int) for side in (height, width))
    chosen = np.ix_(rows, columns)
    return np.asarray(twice[chosen] / inside[chosen], np.float32)


@lru_cache(4)
def _window(width: int, height: int) -> tuple[tuple[int, int], tuple[int, int], NDArray[np.float32]]:
    """The filter's size and anchor for pictures of this size, and how many of its values lie inside, by place."""
    across, down = (-(-side // (2 * SIDE)) for side in (width, height))
    size, anchor = (across, down), (across - 1 - across // 2, down - 1 - down // 2)
    return size, anchor, _sums(np.ones((height, width), np.float32), size, anchor)


def _sums(
    values: Luma | NDArray[np.float32], size: tuple[int, int], anchor: tuple[int, int]
) -> NDArray[np.float32]:
    """Sums over a window around each value; what lies outside the picture counts nothing."""
    sums = cv2.boxFilter(
        values, cv2.CV_32F, size, anchor=anchor, normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(sums, np.float32)


def quality_of(small: NDArray[np.float32]) -> int:
    """How much there is to see: the sum of the steps between neighbours, in whole per cents of the range."""
    steps = sum(int(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(100, steps // 90)

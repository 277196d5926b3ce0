"""Where the faces of a picture are: polygons, because a turned or bent face is no upright box."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box

Rgb = NDArray[np.uint8]
"""Height x width x 3, RGB, 0 to 255."""
Polygon = NDArray[np.float64]
"""Corners in order, n x 2 (x, y), in pixels of the picture."""
Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]
"""Of an affine map, 2 x 3."""

POINTS_PER_SIDE = 6
"""Of a box, so that its sides can bend."""
LEAST_INSIDE = 0.5
"""Of a face that must lie inside the picture to be counted."""
SMALL_FACE = 12.0
"""Pixels; the side of the square of the same area, below which faces are counted apart."""


def polygon_of(box: Box) -> Polygon:
    """The outline of a box, with points along its sides."""
    x, y, width, height = box
    along = np.arange(POINTS_PER_SIDE) / POINTS_PER_SIDE
    zero, one = np.zeros_like(along), np.ones_like(along)
    across = np.concatenate([along, one, 1 - along, zero])
    down = np.concatenate([zero, along, one, 1 - along])
    return np.column_stack([x + across * width, y + down * height])


def bounding_box(polygon: Polygon) -> Box:
    """The upright box around a polygon."""
    (left, top), (right, bottom) = polygon.min(axis=0), polygon.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def moved(polygon: Polygon, matrix: Matrix) -> Polygon:
    """The polygon under an affine map."""
    return np.asarray(polygon @ matrix[:, :2].T + matrix[:, 2], np.float64)


def side(polygon: Polygon) -> float:
    """Pixels: the side of the square of the same area."""
    return float(np.sqrt(cv2.contourArea(polygon.astype(np.float32))))


def pixels(polygon: Polygon, width: int, height: int) -> Mask:
    """The pixels (height x width) of a polygon that lie inside the picture."""
    mask = np.zeros((height, width), np.uint8)
    # OpenCV counts from the middle of pixels, and fills those that the outline runs through.
    middle = polygon.mean(axis=0)
    inner = middle + (polygon - middle) * (1 - 1 / max(2.0, side(polygon))) - 0.5
    cv2.fillPoly(mask, [np.round(inner * 16).astype(np.int32)], 1, shift=4)
    return mask.astype(bool)


def inside_share(polygon: Polygon, width: int, height: int) -> float:
    """The part of a polygon's area that lies inside the picture, 0 to 1."""
    left, top = np.minimum(polygon.min(axis=0), 0)
    right, bottom = np.maximum(polygon.max(axis=0), (width, height))
    shifted = polygon - (left, top)
    whole = pixels(shifted, int(right - left) + 2, int(bottom - top) + 2)
    if not whole.any():
        return 0.0
    x, y = round(-left), round(-top)
    return float(whole[y : y + height, x : x + width].sum() / whole.sum())


def mapped(
    faces: Sequence[Sequence[Polygon]], change: Callable[[Polygon, int], Polygon]
) -> list[list[Polygon]]:
    """The polygons of all frames under a map that knows the frame's number."""
    return [[change(face, number) for face in frame] for number, frame in enumerate(faces)]

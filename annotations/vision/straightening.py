"""Straightening pictures of very wide lenses, in which faces near the rim are bent and squeezed.

A lens of 120 to 180 degrees shows equal angles at about equal distances from the middle (Kannala and Brandt, "A Generic
Camera Model", 2006: the equidistant projection). The straightened picture is as a lens that does not bend would show
the same, so that a face at the rim is as wide and high as one in the middle. How far a lens bends is not known; one
guess serves, as a detector does not mind what is left.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box

HALF_ANGLE = 1.1
"""Radians from the middle of the picture to its left or right border, as guessed: lenses of 115 to 150 degrees are
straightened well enough by it."""

CORNER_SHARE = 1 / 32
"""Of the picture's width: the side of the squares in its corners that a lens leaves black when it shows its border."""
BLACK = 24.0
"""The most brightness (luma in limited range, where 16 is black) of such a square,"""
BRIGHTER = 16.0
"""and how much brighter the whole picture is at least."""

Coordinates = NDArray[np.float32]
Window = tuple[int, int, int, int]


def is_round(luma: NDArray[np.uint8]) -> bool:
    """Whether the corners of a picture with this luma, of whatever size, are black: a wide lens does not reach them."""
    side = max(1, round(luma.shape[1] * CORNER_SHARE))
    corners = [
        luma[down, across]
        for down in (np.s_[:side], np.s_[-side:])
        for across in (np.s_[:side], np.s_[-side:])
    ]
    darkest = max(float(corner.mean()) for corner in corners)
    return darkest <= BLACK and float(luma.mean()) >= darkest + BRIGHTER


def straightened(picture: NDArray[np.uint8], window: Window) -> NDArray[np.uint8]:
    """A window (x, y, width, height, in pixels) of the straightened picture, which is as large as the picture."""
    x, y, width, height = window
    columns, rows = _bent(picture.shape[1], picture.shape[0])
    part = np.s_[y : y + height, x : x + width]
    return np.asarray(cv2.remap(picture, columns[part], rows[part], cv2.INTER_LINEAR), np.uint8)


def window_for(rectangle: Window, width: int, height: int, step: int) -> Window:
    """The window of the straightened picture that shows a rectangle of a picture of this size, as far as it does: its
    sides are multiples of `step` as those of the picture are."""
    left, top, right, bottom = _bounds(straight_points(_outline(rectangle), width, height))
    x, across = _stepwise(left, right, width, step)
    y, down = _stepwise(top, bottom, height, step)
    return x, y, across, down


def bent_box(box: Box, width: int, height: int) -> Box:
    """The box, in the picture of this size as it was, that holds a box of its straightened picture."""
    left, top, right, bottom = _bounds(bent_points(_outline(box), width, height))
    return left, top, right - left, bottom - top


def bent_points(points: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """Points of the straightened picture (n x 2: x, y) in the picture as it was."""
    middle, radius = np.array([width, height]) / 2, width / 2
    away = (points - middle) / radius
    distance = np.maximum(np.hypot(*away.T), 1e-6)[:, np.newaxis]
    bent = np.arctan(distance * np.tan(HALF_ANGLE)) / HALF_ANGLE
    return np.asarray(middle + radius * away / distance * bent, np.float64)


def straight_points(points: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """Points of a picture (n x 2: x, y) in its straightened one, which does not reach all of them."""
    middle, radius = np.array([width, height]) / 2, width / 2
    away = (points - middle) / radius
    distance = np.maximum(np.hypot(*away.T), 1e-6)[:, np.newaxis]
    angle = np.minimum(distance * HALF_ANGLE, 1.5)
    return np.asarray(middle + radius * away / distance * np.tan(angle) / np.tan(HALF_ANGLE), np.float64)


@lru_cache(maxsize=4)
def _bent(width: int, height: int) -> tuple[Coordinates, Coordinates]:
    """Where each pixel of the straightened picture is in the picture: columns and rows."""
    across, down = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    points = bent_points(np.column_stack([across.ravel(), down.ravel()]), width, height) - 0.5
    columns, rows = points.astype(np.float32).T.reshape(2, height, width)
    return np.ascontiguousarray(columns), np.ascontiguousarray(rows)


def _outline(box: Box | Window) -> NDArray[np.float64]:
    """Points around a box, at which the bent box reaches furthest, and its middle lines."""
    shares = np.linspace(0, 1, 9)
    return np.array([(box[0] + a * box[2], box[1] + d * box[3]) for a in shares for d in shares])


def _bounds(points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _stepwise(start: float, end: float, limit: int, step: int) -> tuple[int, int]:
    """Start and length of the stretch, grown to whole steps, inside the limit."""
    length = min(limit, max(1, -int(-(end - start) // step)) * step)
    return max(0, min(int((start + end - length) / 2), limit - length)), length

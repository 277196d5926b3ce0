"""Hiding regions of a picture with what lies outside them.

*Blur* fills a hidden region smoothly from the ring of pixels around it (push-pull interpolation: Gortler
et al., "The Lumigraph", 1996). *Fill* is a constant grey. Neither reads a hidden pixel, so no property of
the face, however small, reaches the encoder: changing the hidden pixels changes nothing. A ring never takes
pixels that another region hides. *Mosaic* shows a little of the face and has a file of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, BoxesByFrame, as_box, track_boxes
from annotations.vision.report import FACE, TrackReport, UnredactedTrack
from annotations.vision.video.picture import Picture
from annotations.vision.video.zones import FILL_LEVELS

Effect = Literal["blur", "fill", "mosaic"]
Mask = NDArray[np.bool_]
Window = tuple[int, int, int, int]


class Rectangle(NamedTuple):
    """A box that is hidden as a rectangle: a plate, a screen. Any other box is a face's, and a head is hidden.

    Geometry that makes a plain box of it loses the shape, never the cover: an ellipse around the box hides more.
    """

    x: float
    y: float
    width: float
    height: float


class Painter(Protocol):
    """An effect that has been prepared for the boxes of one clip."""

    def paint(self, picture: Picture, boxes: Sequence[Box]) -> None:
        """Hide the regions of these boxes in place."""


Hiding = Literal["blur", "fill"] | Painter
"""How regions are hidden: with what the picture has around them, or with what was prepared for their boxes."""


@dataclass(frozen=True)
class HidingPlan:
    """What a rendition hides, boxes by original frame, and how."""

    boxes: BoxesByFrame
    effect: Hiding


WIDTH_FACTOR, HEIGHT_FACTOR = 1.5, 1.8
"""The head around a tight face box (forehead to chin): hair, ears and chin included."""
RAISED_BY = 0.08
"""Heights of the face box by which the region lies higher than the box: there is more of a head above."""
MINIMUM_SIDE = 24.0
"""Pixels across and down that a region has at least."""
LEAST_MARGIN = 7.0
"""Pixels on each side at least: boxes of small faces are off by more of their size than those of large ones."""
RECTANGLE_MARGIN = 0.06
"""Sizes by which a rectangle is larger than its box on each side,"""
RECTANGLE_LEAST_MARGIN = 4.0
"""and the pixels that it is at least."""

GRID = 32
"""Values across and down that a region is interpolated from, whatever its size. A power of two."""


def hidden_boxes(track: TrackReport | UnredactedTrack) -> dict[int, Box]:
    """The boxes of a track by frame, in the shape in which its kind is hidden."""
    boxes = track_boxes(track["boxes"])
    if track.get("kind", FACE) == FACE:
        return boxes
    return {frame: Rectangle(*box) for frame, box in boxes.items()}


def in_shape_of(box: Box, values: Sequence[float]) -> Box:
    """A box of other numbers that is hidden as this one is."""
    return Rectangle(*values) if isinstance(box, Rectangle) else as_box(values)


def region(box: Box) -> Box:
    """The bounding box of what hides a box: of a head's ellipse, at least 24 pixels each way, or the rectangle."""
    x, y, width, height = box
    if isinstance(box, Rectangle):
        across = max(RECTANGLE_MARGIN * width, RECTANGLE_LEAST_MARGIN)
        down = max(RECTANGLE_MARGIN * height, RECTANGLE_LEAST_MARGIN)
        return x - across, y - down, width + 2 * across, height + 2 * down
    hidden_width = max(width * WIDTH_FACTOR, width + 2 * LEAST_MARGIN, MINIMUM_SIDE)
    hidden_height = max(height * HEIGHT_FACTOR, height + 2 * LEAST_MARGIN, MINIMUM_SIDE)
    middle_x, middle_y = x + width / 2, y + height / 2 - RAISED_BY * height
    return middle_x - hidden_width / 2, middle_y - hidden_height / 2, hidden_width, hidden_height


def hidden_mask(boxes: Sequence[Box], width: int, height: int) -> Mask:
    """The pixels (height x width, even) that are hidden for these boxes: the union of their ellipses and rectangles.

    The mask is made of 2 x 2 blocks, so that a colour sample never mixes hidden and visible pixels.
    """
    return _doubled(hidden_cells(boxes, width, height))


def obscure(picture: Picture, boxes: Sequence[Box], effect: Hiding) -> None:
    """Hide the regions of these boxes in place."""
    if not boxes:
        return
    if not isinstance(effect, str):
        effect.paint(picture, boxes)
        return
    cells = hidden_cells(boxes, picture.width, picture.height)
    windows = _windows(boxes, picture.width, picture.height)
    # All fills are made before the first is put in place: none may read another's.
    fills = [_constant(window) if effect == "fill" else _smooth(picture, cells, window) for window in windows]
    for (x0, y0, x1, y1), planes in zip(windows, fills, strict=True):
        hidden = cells[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2]
        half = slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2)
        np.copyto(picture.luma[y0:y1, x0:x1], planes[0], where=_doubled(hidden))
        np.copyto(picture.blue[half], planes[1], where=hidden)
        np.copyto(picture.red[half], planes[2], where=hidden)


def hidden_cells(boxes: Sequence[Box], width: int, height: int) -> Mask:
    """The hidden blocks of 2 x 2 pixels: those that touch an ellipse or a rectangle."""
    cells = np.zeros((height // 2, width // 2), bool)
    for box in boxes:
        left, top, across, down = (value / 2 for value in region(box))
        x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
        x1 = min(cells.shape[1], int(np.ceil(left + across)))
        y1 = min(cells.shape[0], int(np.ceil(top + down)))
        if x1 <= x0 or y1 <= y0:
            continue
        if isinstance(box, Rectangle):
            cells[y0:y1, x0:x1] = True
            continue
        # Distance from the ellipse's centre to the nearest point of each cell, in half axes.
        columns = np.maximum(np.abs(np.arange(x0, x1) + 0.5 - left - across / 2) - 0.5, 0) / (across / 2)
        rows = np.maximum(np.abs(np.arange(y0, y1) + 0.5 - top - down / 2) - 0.5, 0) / (down / 2)
        cells[y0:y1, x0:x1] |= columns**2 + (rows**2)[:, np.newaxis] <= 1
    return cells


def _doubled(cells: Mask) -> Mask:
    return cells.repeat(2, axis=0).repeat(2, axis=1)


def _windows(boxes: Sequence[Box], width: int, height: int) -> list[Window]:
    """Rectangles (x0, y0, x1, y1), even, around regions and their rings; those that overlap become one, as
    separate fills would leave a seam."""
    windows: list[Window] = []
    for box in boxes:
        x, y, across, down = region(box)
        ring = max(8.0, 0.2 * max(across, down))
        window = (
            max(0, int(x - ring) // 2 * 2),
            max(0, int(y - ring) // 2 * 2),
            min(width, -(-int(x + across + ring) // 2) * 2),
            min(height, -(-int(y + down + ring) // 2) * 2),
        )
        if window[2] <= window[0] or window[3] <= window[1]:
            continue
        while (other := next((w for w in windows if _meet(window, w)), None)) is not None:
            windows.remove(other)
            window = (
                min(window[0], other[0]),
                min(window[1], other[1]),
                max(window[2], other[2]),
                max(window[3], other[3]),
            )
        windows.append(window)
    return windows


def _meet(a: Window, b: Window) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _constant(window: Window) -> list[NDArray[np.uint8]]:
    x0, y0, x1, y1 = window
    half = (y1 - y0) // 2, (x1 - x0) // 2
    return [
        np.full(shape, level, np.uint8)
        for shape, level in zip(((y1 - y0, x1 - x0), half, half), FILL_LEVELS, strict=True)
    ]


def _smooth(picture: Picture, cells: Mask, window: Window) -> list[NDArray[np.uint8]]:
    """Values for the three planes inside a window, made from its visible pixels alone."""
    x0, y0, x1, y1 = window
    half = slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2)
    seen = np.where(cells[half], np.float32(0), np.float32(1))
    if not seen.any():
        return _constant(window)
    # Blocks of 2 x 2 pixels are hidden or seen as a whole: their means mix nothing of the two.
    luma = cv2.resize(picture.luma[y0:y1, x0:x1], seen.shape[::-1], interpolation=cv2.INTER_AREA)
    layers = (luma * seen, picture.blue[half] * seen, picture.red[half] * seen, seen)
    grid = cv2.resize(cv2.merge(layers), (GRID, GRID), interpolation=cv2.INTER_AREA)
    filled = cv2.split(cv2.convertScaleAbs(_push_pull(np.asarray(grid, np.float32))))
    sizes = ((x1 - x0, y1 - y0), seen.shape[::-1], seen.shape[::-1])
    return [
        np.asarray(cv2.resize(channel, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        for channel, size in zip(filled, sizes, strict=True)
    ]


def _push_pull(grid: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth values everywhere from sums that are known in places.

    `grid` is GRID x GRID x 4: three values times their weight, and the weight, 0 to 1. The result has the three
    values: where the weight is 1 they are the sums, elsewhere coarser averages shine through.
    """
    levels = [grid]
    while levels[-1].shape[0] > 1:
        side = levels[-1].shape[0] // 2
        levels.append(
            np.asarray(cv2.resize(levels[-1], (side, side), interpolation=cv2.INTER_AREA), np.float32)
        )
    top = levels.pop().reshape(1, 1, 4)
    filled = top[:, :, :3] / top[:, :, 3:]
    for level in reversed(levels):
        side = level.shape[0]
        coarse = cv2.resize(filled, (side, side), interpolation=cv2.INTER_LINEAR).reshape(side, side, 3)
        # weight * (sum / weight) + (1 - weight) * coarse, without the division
        filled = level[:, :, :3] + (1 - level[:, :, 3:]) * coarse
    return np.asarray(filled, np.float32)

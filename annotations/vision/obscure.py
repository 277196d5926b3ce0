"""Hiding regions of a picture with what lies outside them.

*Blur* fills a hidden region smoothly from the ring of pixels around it (push-pull interpolation: Gortler
et al., "The Lumigraph", 1996). *Fill* is a constant grey. Neither reads a hidden pixel, so no property of
the face, however small, reaches the encoder: changing the hidden pixels changes nothing. A ring never takes
pixels that another region hides.
"""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from annotations.vision.video.picture import Picture

Effect = Literal["blur", "fill"]
Mask = NDArray[np.bool_]

# The head around a tight face box (forehead to chin): hair, ears and chin included, a little more above.
WIDTH_FACTOR = 1.5
HEIGHT_FACTOR = 1.8
RAISED_BY = 0.08
MINIMUM_SIDE = 24.0

FILL_LEVELS = (96, 128, 128)
CELL = 4
"""Side in luma pixels of the cells that the interpolation works on."""


def region(box: Box) -> Box:
    """The bounding box of the ellipse that hides a face box: head-sized, at least 24 pixels each way."""
    x, y, width, height = box
    hidden_width = max(width * WIDTH_FACTOR, MINIMUM_SIDE)
    hidden_height = max(height * HEIGHT_FACTOR, MINIMUM_SIDE)
    middle_x, middle_y = x + width / 2, y + height / 2 - RAISED_BY * height
    return middle_x - hidden_width / 2, middle_y - hidden_height / 2, hidden_width, hidden_height


def hidden_mask(boxes: Sequence[Box], width: int, height: int) -> Mask:
    """The pixels (height x width) that are hidden for these face boxes: the union of their ellipses.

    The mask is made of 2 x 2 blocks, so that a colour sample never mixes hidden and visible pixels.
    """
    coarse = np.zeros(((height + 1) // 2, (width + 1) // 2), bool)
    for box in boxes:
        _add_ellipse(coarse, region(box))
    return np.repeat(np.repeat(coarse, 2, 0), 2, 1)[:height, :width]


def _add_ellipse(coarse: Mask, bounds: Box) -> None:
    """Set the cells of 2 x 2 pixels that an ellipse touches with any of their pixels' centres."""
    rows, columns = coarse.shape
    left, top, width, height = (value / 2 for value in bounds)
    x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    x1, y1 = min(columns, int(np.ceil(left + width)) + 1), min(rows, int(np.ceil(top + height)) + 1)
    if x1 <= x0 or y1 <= y0:
        return
    # Distance from the ellipse's centre to the nearest point of each cell.
    across = np.maximum(np.abs(np.arange(x0, x1) + 0.5 - (left + width / 2)) - 0.5, 0) / (width / 2)
    down = np.maximum(np.abs(np.arange(y0, y1) + 0.5 - (top + height / 2)) - 0.5, 0) / (height / 2)
    coarse[y0:y1, x0:x1] |= across[np.newaxis] ** 2 + down[:, np.newaxis] ** 2 <= 1


def obscure(picture: Picture, boxes: Sequence[Box], effect: Effect) -> None:
    """Hide the heads of these face boxes in place."""
    mask = hidden_mask(boxes, picture.width, picture.height)
    if not mask.any():
        return
    if effect == "fill":
        half = mask[::2, ::2]
        for plane, hidden, level in zip(picture.planes, (mask, half, half), FILL_LEVELS, strict=True):
            plane[hidden] = level
        return
    hidden_by_plane = (mask, mask[::2, ::2], mask[::2, ::2])
    fills = [(window, _interpolated(picture, mask, window)) for window in _windows(boxes, mask)]
    for window, planes in fills:
        for number, (plane, hidden) in enumerate(zip(picture.planes, hidden_by_plane, strict=True)):
            part = _slices(window, 1 if number == 0 else 2)
            np.copyto(plane[part], planes[number], where=hidden[part])


Window = tuple[int, int, int, int]


def _windows(boxes: Sequence[Box], mask: Mask) -> list[Window]:
    """Rectangles (x0, y0, x1, y1) around regions and their rings; those that overlap become one."""
    height, width = mask.shape
    windows: list[Window] = []
    for box in boxes:
        x, y, across, down = region(box)
        ring = max(3.0 * CELL, 0.2 * max(across, down))
        window = _aligned((x - ring, y - ring, x + across + ring, y + down + ring), width, height)
        if window[2] <= window[0] or window[3] <= window[1]:
            continue
        # Regions that touch are filled as one: a fill of its own for each would leave a seam.
        merged = True
        while merged:
            merged = False
            for other in windows:
                if (
                    window[0] < other[2]
                    and other[0] < window[2]
                    and window[1] < other[3]
                    and other[1] < window[3]
                ):
                    windows.remove(other)
                    window = (
                        min(window[0], other[0]), min(window[1], other[1]),
                        max(window[2], other[2]), max(window[3], other[3]),
                    )  # fmt: skip
                    merged = True
                    break
        windows.append(window)
    return windows


def _meet(a: Window, b: Window) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _aligned(bounds: tuple[float, float, float, float], width: int, height: int) -> Window:
    cell = 2 * CELL
    return (
        max(0, int(np.floor(bounds[0] / cell)) * cell),
        max(0, int(np.floor(bounds[1] / cell)) * cell),
        min(width, int(np.ceil(bounds[2] / cell)) * cell),
        min(height, int(np.ceil(bounds[3] / cell)) * cell),
    )


def _slices(window: Window, divisor: int) -> tuple[slice, slice]:
    x0, y0, x1, y1 = (edge // divisor for edge in window)
    return slice(y0, y1), slice(x0, x1)


def _interpolated(picture: Picture, mask: Mask, window: Window) -> list[NDArray[np.uint8]]:
    """Values for the three planes inside a window, made from its visible pixels alone."""
    x0, y0, x1, y1 = window
    visible = (~mask[y0:y1, x0:x1]).astype(np.float32)
    # Cells at the right and lower border may be incomplete: they are padded with nothing.
    across, down = -(-(x1 - x0) // CELL), -(-(y1 - y0) // CELL)
    half_visible = np.ascontiguousarray(visible[::2, ::2])
    half = _slices(window, 2)
    sums = [
        _cell_means(picture.luma[_slices(window, 1)] * visible, across, down, CELL),
        _cell_means(picture.blue[half] * half_visible, across, down, CELL // 2),
        _cell_means(picture.red[half] * half_visible, across, down, CELL // 2),
    ]
    filled = _push_pull(np.dstack(sums), _cell_means(visible, across, down, CELL))
    result = []
    for channel, cell in ((0, CELL), (1, CELL // 2), (2, CELL // 2)):
        large = cv2.resize(
            np.ascontiguousarray(filled[:, :, channel]),
            (across * cell, down * cell),
            interpolation=cv2.INTER_LINEAR,
        )
        scale = CELL // cell
        cut = large[: (y1 - y0) // scale, : (x1 - x0) // scale]
        result.append(np.clip(np.rint(cut), 0, 255).astype(np.uint8))
    return result


def _cell_means(values: NDArray[np.float32], across: int, down: int, cell: int) -> NDArray[np.float32]:
    height, width = values.shape
    padded = np.zeros((down * cell, across * cell), np.float32)
    padded[:height, :width] = values
    means: NDArray[np.float32] = padded.reshape(down, cell, across, cell).mean(axis=(1, 3), dtype=np.float32)
    return means


def _push_pull(sums: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth values everywhere from weighted sums that are known in places (height x width x channels)."""
    if not weights.any():
        return np.full_like(sums, 128.0)
    levels = [(sums, weights)]
    while max(levels[-1][1].shape) > 1:
        above, heavy = levels[-1]
        rows, columns = heavy.shape
        even = ((0, rows % 2), (0, columns % 2))
        above, heavy = np.pad(above, (*even, (0, 0))), np.pad(heavy, even)
        rows, columns = heavy.shape
        levels.append(
            (
                above.reshape(rows // 2, 2, columns // 2, 2, -1).mean(axis=(1, 3), dtype=np.float32),
                heavy.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3), dtype=np.float32),
            )
        )
    top_sums, top_weights = levels[-1]
    filled = top_sums / top_weights[..., np.newaxis]
    for above, heavy in reversed(levels[:-1]):
        rows, columns = heavy.shape
        coarse = filled.astype(np.float32)
        larger = cv2.resize(
            coarse, (coarse.shape[1] * 2, coarse.shape[0] * 2), interpolation=cv2.INTER_LINEAR
        )
        larger = larger.reshape(coarse.shape[0] * 2, coarse.shape[1] * 2, -1)[:rows, :columns]
        known = np.minimum(heavy, 1.0)[..., np.newaxis]
        means = np.divide(
            above, heavy[..., np.newaxis], out=np.zeros_like(above), where=heavy[..., np.newaxis] > 0
        )
        filled = known * means + (1 - known) * larger
    return np.asarray(filled, np.float32)

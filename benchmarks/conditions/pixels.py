"""How much of a face a rendition still shows, told from its pixels alone: the same measure for every tool.

A pixel still shows the original when the luma around it follows that of the original: Pearson correlation of more than
0.7 over a window of a sixth of the face, with at least a quarter of the original's contrast there. So a dark picture
counts like a bright one, and a smooth filling does not count, whatever its level. Windows in which the original itself
has nothing to see (less contrast than 1.5 levels) are left out.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from benchmarks.conditions.truth import Mask, Polygon, bounding_box, pixels, side

LEAST_CORRELATION = 0.7
LEAST_CONTRAST = 0.25
"""Of the rendition, as a part of the original's standard deviation in the same window."""
NOTHING_TO_SEE = 1.5
"""Levels of standard deviation in a window of the original."""
WINDOW = 1 / 6
"""Side of a window as a part of the face's."""
LEAST_WINDOW = 5
"""Pixels."""
MOST_SHOWN = 0.4
"""Of a face's pixels, above which the face counts as exposed: less than 60 % of it is hidden."""

Luma = NDArray[np.uint8]


def shown_share(original: Luma, shown: Luma, face: Polygon) -> float:
    """The part of a face's pixels that still shows the original, 0 to 1; 0 where there is nothing to see."""
    height, width = original.shape
    outline = pixels(face, width, height)
    if not outline.any():
        return 0.0
    window = max(LEAST_WINDOW, round(side(face) * WINDOW) | 1)
    rows, columns = _around(bounding_box(face), window, width, height)
    still, decided = _still_shown(original[rows, columns], shown[rows, columns], window)
    decided &= outline[rows, columns]
    return float(still[decided].mean()) if decided.any() else 0.0


def _around(box: Box, margin: int, width: int, height: int) -> tuple[slice, slice]:
    x, y, across, down = box
    rows = slice(max(0, int(y) - margin), min(height, int(y + down) + margin + 1))
    return rows, slice(max(0, int(x) - margin), min(width, int(x + across) + margin + 1))


def _still_shown(original: Luma, shown: Luma, window: int) -> tuple[Mask, Mask]:
    """Which pixels show the original, and of which that can be told."""
    a, b = original.astype(np.float32), shown.astype(np.float32)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (window, window), borderType=cv2.BORDER_REFLECT), np.float32)

    mean_a, mean_b = mean(a), mean(b)
    spread_a = np.sqrt(np.maximum(mean(a * a) - mean_a**2, 0))
    spread_b = np.sqrt(np.maximum(mean(b * b) - mean_b**2, 0))
    together = mean(a * b) - mean_a * mean_b
    correlation = together / np.maximum(spread_a * spread_b, 1e-3)
    still = (correlation > LEAST_CORRELATION) & (spread_b > LEAST_CONTRAST * spread_a)
    return still, spread_a > NOTHING_TO_SEE

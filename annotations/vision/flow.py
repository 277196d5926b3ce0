"""Where a small part of a picture goes from one frame to the next, and how similar it still is to what it was."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, grown, intersection, size

PATCH = 20
"""Side in pixels of a template: what a face looked like on one frame."""
GRID = 7
"""Points across and down that are followed."""
STEADIEST = 1.06
"""Largest change of size from one frame to the next."""

Luma = NDArray[np.uint8]
Patch = NDArray[np.float32]
Points = NDArray[np.float32]


@dataclass(frozen=True)
class Step:
    """Where a box went from one picture to the next, and by how many radians what it shows has turned."""

    box: Box
    turn: float = 0.0


def moved(before: Luma, now: Luma, box: Box) -> Step:
    """Where the points in the box go from one picture to the next; the same place when that cannot be determined."""
    margin = max(16.0, 1.2 * max(box[2], box[3]))
    height, width = now.shape
    x0, y0 = int(max(0, box[0] - margin)), int(max(0, box[1] - margin))
    x1, y1 = int(min(width, box[0] + box[2] + margin)), int(min(height, box[1] + box[3] + margin))
    if x1 - x0 < 8 or y1 - y0 < 8:
        return Step(box)
    old, new = np.ascontiguousarray(before[y0:y1, x0:x1]), np.ascontiguousarray(now[y0:y1, x0:x1])
    inset = grown(box, -0.1)
    columns = np.linspace(inset[0] - x0, inset[0] + inset[2] - x0, GRID)
    rows = np.linspace(inset[1] - y0, inset[1] + inset[3] - y0, GRID)
    points = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 1, 2).astype(np.float32)
    side = int(min(21, max(9, size(box) / 2))) | 1
    options = {"winSize": (side, side), "maxLevel": 3}
    there, known, _ = cv2.calcOpticalFlowPyrLK(old, new, points, np.empty_like(points), **options)  # type: ignore[call-overload]
    back, again, _ = cv2.calcOpticalFlowPyrLK(new, old, there, np.empty_like(points), **options)  # type: ignore[call-overload]
    error = np.linalg.norm(back - points, axis=2).ravel()
    good = (known.ravel() > 0) & (again.ravel() > 0) & (error <= max(1.0, 0.04 * size(box)))
    if good.sum() < GRID:
        return Step(box)
    source, target = points[good, 0], there[good, 0]
    shift = np.median(target - source, axis=0)
    ratio, turn = _ratio_and_turn(source, target, size(box) / 4)
    ratio = min(STEADIEST, max(1 / STEADIEST, ratio))
    middle_x, middle_y = box[0] + box[2] / 2 + float(shift[0]), box[1] + box[3] / 2 + float(shift[1])
    across, down = box[2] * ratio, box[3] * ratio
    return Step((middle_x - across / 2, middle_y - down / 2, across, down), turn)


def _ratio_and_turn(source: Points, target: Points, least: float) -> tuple[float, float]:
    """How much farther from each other points have gone, and by how many radians they have turned around each other:
    the medians over all pairs that were at least so far apart."""
    old, new = source[:, None] - source, target[:, None] - target
    far = np.linalg.norm(old, axis=2) > least
    if not far.any():
        return 1.0, 0.0
    (old_x, old_y), (new_x, new_y) = old[far].T, new[far].T
    ratio = np.median(np.hypot(new_x, new_y) / np.hypot(old_x, old_y))
    turn = np.median(np.arctan2(old_x * new_y - old_y * new_x, old_x * new_x + old_y * new_y))
    return float(ratio), float(turn)


def turned(box: Box, angle: float) -> Box:
    """The box around this one when it is turned about its centre, by radians."""
    sine, cosine = abs(float(np.sin(angle))), abs(float(np.cos(angle)))
    across, down = box[2] * cosine + box[3] * sine, box[2] * sine + box[3] * cosine
    return box[0] + (box[2] - across) / 2, box[1] + (box[3] - down) / 2, across, down


def towards(box: Box, detected: Box) -> Box:
    """The detector's place; of the sizes the larger one, which shrinks slowly: a person draws with room to spare."""
    width, height = max(detected[2], box[2] * 0.98), max(detected[3], box[3] * 0.98)
    middle_x, middle_y = detected[0] + detected[2] / 2, detected[1] + detected[3] / 2
    return middle_x - width / 2, middle_y - height / 2, width, height


def inside(box: Box, picture: Luma) -> float:
    """Share of the box that lies in the picture."""
    height, width = picture.shape
    return intersection(box, (0.0, 0.0, float(width), float(height))) / max(1e-6, box[2] * box[3])


def patch(picture: Luma, box: Box) -> Patch:
    """What the box shows, at one size, without its brightness and contrast."""
    across, down = PATCH / box[2], PATCH / box[3]
    matrix = np.asarray([[across, 0, -across * box[0]], [0, down, -down * box[1]]])
    sampled = cv2.warpAffine(picture, matrix, (PATCH, PATCH), borderMode=cv2.BORDER_REPLICATE)
    shown = sampled.astype(np.float32) - sampled.mean()
    return np.asarray(shown / max(1.0, float(np.linalg.norm(shown))), np.float32)


def similarity(picture: Luma, box: Box, templates: Sequence[Patch]) -> float:
    """The best normalised correlation of what the box shows with earlier templates, -1 to 1."""
    shown = patch(picture, box)
    return max(float((shown * template).sum()) for template in templates)

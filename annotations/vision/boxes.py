"""Geometry of boxes, for every context. A box is (x, y, width, height) in pixels, x and y its upper left corner."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
BoxesByFrame = Mapping[int, Sequence[Box]]


def as_box(values: Sequence[float]) -> Box:
    """The box of four numbers, as JSON keeps it. Raises ValueError when there are not four."""
    x, y, width, height = values
    return x, y, width, height


def track_boxes(stored: Mapping[str, Sequence[float]]) -> dict[int, Box]:
    """The boxes of a track by frame, from the form of reports (frame numbers as text)."""
    return {int(frame): as_box(box) for frame, box in stored.items()}


def by_frame(tracks: Iterable[Mapping[int, Box]]) -> dict[int, list[Box]]:
    """The boxes of all tracks on each frame that has any."""
    boxes: dict[int, list[Box]] = {}
    for track in tracks:
        for frame, box in track.items():
            boxes.setdefault(frame, []).append(box)
    return boxes


def intersection(a: Box, b: Box) -> float:
    """Area that two boxes share."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, across) * max(0.0, down)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1."""
    shared = intersection(a, b)
    union = a[2] * a[3] + b[2] * b[3] - shared
    return shared / union if union > 0 else 0.0


def centre(box: Box) -> tuple[float, float]:
    """The middle of a box, in pixels."""
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def size(box: Box) -> float:
    """Side of the square of the same area."""
    return math.sqrt(max(box[2], 0.0) * max(box[3], 0.0))


def distance(a: Box, b: Box) -> float:
    """Distance of the centres in units of the mean size of the two."""
    (ax, ay), (bx, by) = centre(a), centre(b)
    return math.hypot(ax - bx, ay - by) / max(1e-6, (size(a) + size(b)) / 2)


def enclosing(a: Box, b: Box) -> Box:
    """The smallest box that holds both."""
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return x, y, max(a[0] + a[2], b[0] + b[2]) - x, max(a[1] + a[3], b[1] + b[3]) - y


def blend(a: Box, b: Box, share: float) -> Box:
    """The box `share` of the way from a to b (linear interpolation)."""
    x, y, width, height = ((1 - share) * p + share * q for p, q in zip(a, b, strict=True))
    return x, y, width, height


def scaled(box: Box, across: float, down: float) -> Box:
    """The box in a picture that was resized by these factors."""
    return box[0] * across, box[1] * down, box[2] * across, box[3] * down


def moved(box: Box, across: float, down: float) -> Box:
    """The box moved by so many pixels."""
    return box[0] + across, box[1] + down, box[2], box[3]


def grown(box: Box, share: float) -> Box:
    """The box with `share` of its size more on each side."""
    x, y, width, height = box
    return x - share * width, y - share * height, width * (1 + 2 * share), height * (1 + 2 * share)


def non_maximum_suppression(boxes: Sequence[Box], scores: Sequence[float], limit: float) -> list[int]:
    """Indices of the boxes that remain when each suppresses the weaker ones that overlap it by `limit`, best first."""
    order = np.argsort(np.asarray(scores), kind="stable")[::-1]
    kept: list[int] = []
    for index in order:
        if all(overlap(boxes[index], boxes[other]) < limit for other in kept):
            kept.append(int(index))
    return kept


def covered(box: Box, mask: NDArray[np.bool_]) -> float:
    """Share of the box's pixels (as far as they lie in the picture) where the mask is set."""
    height, width = mask.shape
    x0, y0 = max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])))
    x1 = min(width, int(np.ceil(box[0] + box[2])))
    y1 = min(height, int(np.ceil(box[1] + box[3])))
    if x1 <= x0 or y1 <= y0:
        return 1.0
    return float(mask[y0:y1, x0:x1].mean())

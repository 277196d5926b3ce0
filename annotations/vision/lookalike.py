"""Finding again what a person drew by what it looks like: for plates, screens and papers, which no detector knows."""

from collections.abc import Iterable

import cv2
import numpy as np

from annotations.vision.boxes import Box, as_box, distance, grown
from annotations.vision.faces import Face
from annotations.vision.flow import Luma

ALIKE = 0.75
"""Normalised correlation with the picture of it that counts as finding it."""
SIZES = (0.88, 0.94, 1.0, 1.06, 1.14)
"""Of what is sought, in sizes of the box that it should have."""
LEAST_SIDE = 6
"""Pixels of the small picture on each side, below which a picture of it tells nothing."""


class Lookalike:
    """What was drawn, and what it looked like last: flat things change slowly as they come nearer or turn."""

    def __init__(self, picture: Luma, box: Box) -> None:
        self._drawn = self._latest = _cut(picture, box)

    def remember(self, picture: Luma, box: Box) -> None:
        """Keep what it looks like now; what was drawn is kept for good."""
        self._latest = _cut(picture, box)

    def find(self, picture: Luma, box: Box, near: float) -> Face | None:
        """What looks most like it, at most `near` sizes away from where it should be; the score is the correlation."""
        x0, y0, x1, y1 = _pixels(picture, grown(box, near))
        window = np.ascontiguousarray(picture[y0:y1, x0:x1])
        best: Face | None = None
        for image, size in self._images(box):
            if image.shape[0] > window.shape[0] or image.shape[1] > window.shape[1]:
                continue
            _, score, _, (left, top) = cv2.minMaxLoc(cv2.matchTemplate(window, image, cv2.TM_CCOEFF_NORMED))
            there = as_box((x0 + left, y0 + top, box[2] * size, box[3] * size))
            if score >= ALIKE and distance(there, box) < near and (best is None or score > best.score):
                best = Face(there, score)
        return best

    def _images(self, box: Box) -> Iterable[tuple[Luma, float]]:
        for image in (self._drawn, self._latest):
            for size in SIZES:
                width, height = round(box[2] * size), round(box[3] * size)
                if min(width, height, *image.shape) >= LEAST_SIDE:
                    yield (
                        np.asarray(
                            cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8
                        ),
                        size,
                    )


def _cut(picture: Luma, box: Box) -> Luma:
    x0, y0, x1, y1 = _pixels(picture, box)
    return picture[y0:y1, x0:x1].copy()


def _pixels(picture: Luma, box: Box) -> tuple[int, int, int, int]:
    """The box's pixels that lie in the picture: first and last column and row, at least one."""
    height, width = picture.shape
    x0, y0 = min(width - 1, max(0, round(box[0]))), min(height - 1, max(0, round(box[1])))
    x1, y1 = max(x0 + 1, min(width, round(box[0] + box[2]))), max(y0 + 1, min(height, round(box[1] + box[3])))
    return x0, y0, x1, y1

"""Finding again what a person drew by what it looks like: for plates, screens and papers, which no detector knows."""

from collections.abc import Iterable

import cv2
import numpy as np

from annotations.vision.boxes import Box, size
from annotations.vision.faces import Face
from annotations.vision.flow import Luma

ALIKE, ALIKE_FAR = 0.75, 0.85
"""Normalised correlation with a picture of it that counts as finding it where it should be, and with what was drawn
farther off: a plate passes by its own length from one frame to the next."""
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
        """What looks most like it, at most `near` sizes away from where it should be, else as many of its longer sides.
        The score is the correlation."""
        close = _most_alike(picture, box, near * size(box), [self._drawn, self._latest])
        if close and close.score >= ALIKE:
            return close
        far = _most_alike(picture, box, near * max(box[2], box[3]), [self._drawn])
        return far if far and far.score >= ALIKE_FAR else None


def _most_alike(picture: Luma, box: Box, reach: float, images: Iterable[Luma]) -> Face | None:
    """The best place for one of the images, in any of the sizes, whose edges lie within `reach` pixels of the box's."""
    x, y, width, height = box
    x0, y0, x1, y1 = _pixels(picture, (x - reach, y - reach, width + 2 * reach, height + 2 * reach))
    window = np.ascontiguousarray(picture[y0:y1, x0:x1])
    best: Face | None = None
    for image in images:
        for factor in SIZES:
            across, down = round(width * factor), round(height * factor)
            fits = across <= window.shape[1] and down <= window.shape[0]
            if not fits or min(across, down, *image.shape) < LEAST_SIDE:
                continue
            sought = cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA)
            _, score, _, (left, top) = cv2.minMaxLoc(cv2.matchTemplate(window, sought, cv2.TM_CCOEFF_NORMED))
            if best is None or score > best.score:
                best = Face((x0 + left, y0 + top, width * factor, height * factor), score)
    return best


def _cut(picture: Luma, box: Box) -> Luma:
    x0, y0, x1, y1 = _pixels(picture, box)
    return picture[y0:y1, x0:x1].copy()


def _pixels(picture: Luma, box: Box) -> tuple[int, int, int, int]:
    """The box's pixels that lie in the picture: first and last column and row, at least one."""
    height, width = picture.shape
    x0, y0 = min(width - 1, max(0, round(box[0]))), min(height - 1, max(0, round(box[1])))
    x1, y1 = max(x0 + 1, min(width, round(box[0] + box[2]))), max(y0 + 1, min(height, round(box[1] + box[3])))
    return x0, y0, x1, y1

"""Glances at a picture: at a part of it, at all of it turned, or in small with a margin around it.

A model that is given pictures of one size sees small faces only in a part, which is larger then, lying ones only in a
turned picture, and those that fill it only where there is something around them.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from annotations.vision.boxes import Box
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.orientation import TURNS, UPRIGHT, turned, turned_back

PART = 0.6
"""Share of each side of the picture that a part has: a face where parts meet lies whole in one of them."""
MARGIN = 0.8
"""Of the picture's sides, on each side of it."""
GREY = (128, 128, 128)


@dataclass(frozen=True)
class Glance:
    """Which part of a picture is shown (left, top, width and height as shares of it), turned counter-clockwise by how
    many eighths, and with how much of a margin around (in shares of its sides)."""

    part: Box = (0.0, 0.0, 1.0, 1.0)
    turn: int = UPRIGHT
    margin: float = 0.0

    def of(self, picture: RgbPicture) -> RgbPicture:
        """What is shown of a picture."""
        x, y, width, height = self._pixels(picture)
        part = picture[y : y + height, x : x + width]
        if self.margin:
            across, down = self._padding(picture)
            part = np.asarray(
                cv2.copyMakeBorder(part, down, down, across, across, cv2.BORDER_CONSTANT, value=GREY),
                np.uint8,
            )
        return np.ascontiguousarray(turned(part, self.turn))

    def placed(self, face: Face, picture: RgbPicture) -> Face:
        """A face that was seen in this glance at a picture, in pixels of the picture."""
        x, y, width, height = self._pixels(picture)
        across, down = self._padding(picture)
        box = turned_back(face, self.turn, width + 2 * across, height + 2 * down).box
        return Face((box[0] + x - across, box[1] + y - down, box[2], box[3]), face.score)

    def _pixels(self, picture: RgbPicture) -> tuple[int, int, int, int]:
        height, width = picture.shape[:2]
        left, top, across, down = self.part
        return round(left * width), round(top * height), round(across * width), round(down * height)

    def _padding(self, picture: RgbPicture) -> tuple[int, int]:
        _, _, width, height = self._pixels(picture)
        return round(self.margin * width), round(self.margin * height)


WHOLE = Glance()
OTHERS = (
    Glance(turn=TURNS[1]),
    Glance(part=(0.0, 0.0, PART, PART)),
    Glance(turn=TURNS[5]),
    Glance(part=(1 - PART, 0.0, PART, PART)),
    Glance(turn=TURNS[3]),
    Glance(part=(1 - PART, 1 - PART, PART, PART)),
    Glance(turn=TURNS[2]),
    Glance(part=(0.0, 1 - PART, PART, PART)),
    Glance(turn=TURNS[4]),
    Glance(margin=MARGIN),
)
"""Those beside the whole picture, in the order in which they are taken where a picture is shown in a few of them."""

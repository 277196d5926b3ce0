"""Faces that are not upright: the camera hangs from the ceiling or lies on its side, or people lie.

A detector of upright faces is given the picture turned by quarters. All four are tried now and then; those in which
somebody was found are tried each time from then on, as cameras are not turned often.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from annotations.vision.faces import Face
from annotations.vision.obscure import HEIGHT_FACTOR, RAISED_BY, WIDTH_FACTOR

UPRIGHT = 0
TURNS = (0, 1, 2, 3)
"""Quarter turns counter-clockwise by which a picture is turned before faces are detected in it."""


def turned(picture: NDArray[np.uint8], turns: int) -> NDArray[np.uint8]:
    """A picture (height x width x 3) turned counter-clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def turned_back(face: Face, turns: int, width: int, height: int) -> Face:
    """A face that was found in a turned picture, in the picture of this size as it was before.

    Its box is the one whose hidden region (`obscure.region`: higher than wide, and raised) covers the head as it lies.
    """
    if turns == UPRIGHT:
        return face
    x, y, across, down = face.box
    x, y = x + across / 2, y + down / 2 - RAISED_BY * down
    if turns == 1:
        x, y = width - y, x
    elif turns == 2:
        x, y = width - x, height - y
    else:
        x, y = y, height - x
    if turns % 2:
        across, down = down * HEIGHT_FACTOR / WIDTH_FACTOR, across * WIDTH_FACTOR / HEIGHT_FACTOR
    box: Box = (x - across / 2, y - down / 2 + RAISED_BY * down, across, down)
    return Face(box, face.score)


class Orientations:
    """Which turns are tried, and when. `seen` are those in which somebody was found so far, upright among them."""

    EVERY = 5
    """Samples from one on which all turns are tried to the next, where nobody's face was found upright."""
    SELDOM = 10
    """Where somebody's was."""

    def __init__(self, seen: Sequence[int] = ()) -> None:
        self.seen = {UPRIGHT, *seen}

    def due(self, sample: int, explained: bool) -> set[int]:
        """The turns to be tried on sample number `sample` of a scene (from 1); `explained` tells that what changed
        has a face that was found."""
        every = self.SELDOM if explained else self.EVERY
        return set(TURNS) if sample % every == 1 else set(self.seen)

"""Faces that are not upright: the camera hangs from the ceiling or lies on its side, or people lie.

A detector of upright faces, which stands about 30 degrees either way, is given the picture turned. The turns in which
somebody was found are tried each time from then on, as cameras are not turned often; the others now and then.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from annotations.vision.faces import Face
from annotations.vision.obscure import HEIGHT_FACTOR, RAISED_BY, WIDTH_FACTOR

UPRIGHT = 0
TURNS = (0, 1, 2, 4, 6, 7)
"""Turns counter-clockwise, in eighths, of a picture before faces are detected in it. Those by three and five eighths
cost as much as they would add: whoever lies is found at a quarter, too."""
STRAIGHTENED = 8
"""Is added to a turn where the picture is straightened first (`straightening`). Such warps of a picture are tried and
kept as turns are;"""
WARPS = (*TURNS, STRAIGHTENED)
"""these are, of any picture,"""
ROUND_WARPS = (STRAIGHTENED + 1, STRAIGHTENED + 7)
"""and these of those that are surely a lens's that bends: at its rim people stand askew, too."""
STEP = 32
"""Pixels of which the sides of a picture that is turned by half a quarter are multiples."""
LYING_FACTOR = 1.7
"""Diameter, in heights of the face, of the circle that hides a head which lies at half a quarter."""


def turned(picture: NDArray[np.uint8], turns: int) -> NDArray[np.uint8]:
    """A picture (height x width x 3) turned counter-clockwise by eighths, as a whole: what is empty then is grey."""
    if turns % 2 == 0:
        return np.ascontiguousarray(np.rot90(picture, turns // 2)) if turns else picture
    height, width = picture.shape[:2]
    side = _side(width, height)
    matrix = _matrix(turns, width, height)[:2]
    return np.asarray(cv2.warpAffine(picture, matrix, (side, side), borderValue=(128, 128, 128)), np.uint8)


def turned_back(face: Face, turns: int, width: int, height: int) -> Face:
    """A face that was found in a turned picture, in the picture of this size as it was before.

    Its box is the one whose hidden region (`obscure.region`: higher than wide, and raised) covers the head as it lies.
    """
    if turns == UPRIGHT:
        return face
    left, top, across, down = face.box
    head = (left + across / 2, top + down / 2 - RAISED_BY * down, 1.0)
    x, y, _ = np.linalg.inv(_matrix(turns, width, height)) @ head
    if turns % 4 == 2:
        across, down = down * HEIGHT_FACTOR / WIDTH_FACTOR, across * WIDTH_FACTOR / HEIGHT_FACTOR
    elif turns % 2:
        diameter = LYING_FACTOR * max(across, down)
        across, down = diameter / WIDTH_FACTOR, diameter / HEIGHT_FACTOR
    box: Box = (float(x) - across / 2, float(y) - down / 2 + RAISED_BY * down, across, down)
    return Face(box, face.score)


def _side(width: int, height: int) -> int:
    """Of the square that holds a picture turned by half a quarter."""
    return int(np.ceil((width + height) / np.sqrt(2) / STEP)) * STEP


def _matrix(turns: int, width: int, height: int) -> NDArray[np.float64]:
    """Leads from a point of a picture of this size, as (x, y, 1), to the same point of the turned one."""
    across, down = (width, height) if turns % 4 == 0 else (height, width)
    if turns % 2:
        across = down = _side(width, height)
    angle = turns * np.pi / 4
    cosine, sine = np.cos(angle), np.sin(angle)
    # Counter-clockwise as seen: y points downwards.
    turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
    to_middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    from_middle = np.array([[1, 0, across / 2], [0, 1, down / 2], [0, 0, 1]])
    return np.asarray(from_middle @ turn @ to_middle, np.float64)


class Orientations:
    """Which warps are tried, and when: turns, and the straightened picture. `seen` are those in which somebody was
    found so far, upright among them."""

    EVERY = 16
    """Samples from one on which all turns are tried to the next, where nobody's face was found upright."""
    SELDOM = 32
    """Where somebody's was."""

    KEPT = 20
    """Samples for which a turn is tried each time though nobody is found in it any more."""

    def __init__(self, hints: Sequence[int] = ()) -> None:
        """`hints` are turns in which somebody was found in earlier clips: they are tried as if it had been in this."""
        self._idle = dict.fromkeys((UPRIGHT, *(turn for turn in hints if turn in TURNS)), 0)
        """Samples since somebody was found, by warp."""
        self.is_round = False
        """Whether the picture shows the border of a lens that bends (`straightening.is_round`)."""
        self.confirmed: dict[int, None] = {}
        """The warps in which somebody was found in this clip, the first one first."""

    @property
    def seen(self) -> list[int]:
        """The warps that are tried each time."""
        return sorted(self._idle)

    @property
    def turns(self) -> list[int]:
        """The turns among them."""
        return [warp for warp in self.seen if warp in TURNS]

    def found(self, turn: int) -> None:
        """Take in that somebody was found in a picture warped so."""
        self._idle[turn] = 0
        self.confirmed[turn] = None

    def missed(self, turn: int) -> None:
        """Take in that nobody was found in a warp that was tried."""
        self._idle[turn] += 1
        if turn != UPRIGHT and self._idle[turn] >= self.KEPT:
            del self._idle[turn]

    def due(self, since: int, explained: bool) -> list[int]:
        """The warps, beyond those seen, to be tried when all were so many samples ago; `explained` tells that what
        changed has a face that was found."""
        return self.untried() if since >= (self.SELDOM if explained else self.EVERY) else []

    def untried(self) -> list[int]:
        """The warps in which nobody was found so far."""
        warps = (*WARPS, *ROUND_WARPS) if self.is_round else WARPS
        return [warp for warp in warps if warp not in self._idle]

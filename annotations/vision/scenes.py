"""The scenes of a clip, and which of them show the same place: pictures of several cameras by turns, say."""

from collections import deque
from collections.abc import Mapping
from itertools import pairwise

from annotations.vision.change_detection import Luma, is_scene_cut

REMEMBERED = 8
"""Scenes whose last pictures are kept."""

Cuts = Mapping[int, int]
"""By the first frame of every scene but the first: the first frame of the earliest scene that shows the same place, or
the same frame where none does. The first scene begins with frame 0."""
NO_CUTS: Cuts = {}

Scene = tuple[int, int]
"""Its first frame, and the one after its last."""


class ScenesSeen:
    """What the scenes before looked like when they ended."""

    def __init__(self) -> None:
        self._ended: deque[tuple[int, Luma]] = deque(maxlen=REMEMBERED)
        self._place = 0

    def forget(self) -> None:
        """Compare with none of the pictures before: they were taken or enhanced otherwise."""
        self._ended.clear()

    def cut(self, frame: int, before: Luma, after: Luma) -> int:
        """Take in that a scene begins with this frame, between two pictures given as `coarse_luma`: the first frame of
        the earliest scene of the same place, or this frame."""
        self._ended.append((self._place, before))
        again = (place for place, last in reversed(self._ended) if not is_scene_cut(last, after))
        self._place = next(again, frame)
        return self._place


def places(cuts: Cuts, frames: int) -> list[list[Scene]]:
    """The scenes of a clip with so many frames, in order, by the place that they show."""
    found: dict[int, list[Scene]] = {}
    for start, end in pairwise(sorted({0, frames, *(cut for cut in cuts if cut < frames)})):
        found.setdefault(cuts.get(start, start), []).append((start, end))
    return list(found.values())

"""What was searched in all orientations in vain: where a picture shows the same again, it need not be searched again.

Things come and go: a door opens and closes, the light is dimmed and raised. What has changed is then often what has
been searched before.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from annotations.vision.change_detection import BLOCK, Blocks, ChangeDetector, Luma, RegionOfInterest

KEPT = 8
"""Searches that are remembered."""


class FruitlessSearches:
    """The latest searches of one scene. Nothing is compared with a picture that was not searched at that place, so that
    what changes slowly becomes new, too."""

    def __init__(self) -> None:
        self._latest: deque[tuple[Luma, NDArray[np.bool_]]] = deque(maxlen=KEPT)

    def unknown(self, changes: ChangeDetector, coarse: Luma) -> Blocks:
        """The blocks of a picture, given as its `coarse_luma`, that show what none of the searched pictures did."""
        unknown = np.ones(changes.blocks[::-1], np.uint8)
        for searched, where in self._latest:
            unknown[(changes.changed_blocks(coarse, searched) == 0) & where] = 0
        return unknown

    def add(
        self,
        changes: ChangeDetector,
        coarse: Luma,
        regions: Sequence[RegionOfInterest],
        doubtful: Sequence[Box],
    ) -> None:
        """Take in that these regions of a picture were searched, with nothing found but what is `doubtful`."""
        where = np.zeros(changes.blocks[::-1], bool)
        for region in regions:
            where[_blocks_in(region)] = True
        for region in changes.regions_around(doubtful):
            where[_blocks_in(region)] = False
        self._latest.append((coarse, where))

    def clear(self) -> None:
        """Forget all of them: a new scene begins."""
        self._latest.clear()


def _blocks_in(region: RegionOfInterest) -> tuple[slice, slice]:
    """All blocks that a region touches."""
    x, y, width, height = region.inner
    return slice(y // BLOCK, -(-(y + height) // BLOCK)), slice(x // BLOCK, -(-(x + width) // BLOCK))

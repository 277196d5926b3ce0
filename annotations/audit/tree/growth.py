"""A tree that grows in full tiles of 256 hashes. Pure: what it begins from and what it gives are hashes."""

from collections.abc import Sequence
from typing import NamedTuple

from annotations.audit.tree.merkle import Frontier
from annotations.audit.tree.tiles import HEIGHT, WIDTH


class FullTile(NamedTuple):
    """Tile `number` of its level (counted in tiles): 256 hashes behind one another, and the hash over them."""

    level: int
    number: int
    hashes: bytes
    root: bytes


class Growth:
    """Begins at `size` leaves, with the hashes of the tile that is not full yet of each level, lowest first.

    These hold all that is needed: they are the tree's right edge. Raises ValueError when they do not fit the size.
    """

    def __init__(self, size: int, unfilled: Sequence[Sequence[bytes]]) -> None:
        self._unfilled = [list(hashes) for hashes in unfilled]
        expected = [size >> HEIGHT * level & WIDTH - 1 for level in range(len(unfilled))]
        if [len(hashes) for hashes in unfilled] != expected or size >> HEIGHT * len(unfilled):
            raise ValueError(f"These are not the unfilled tiles of a tree of {size} leaves")
        edge: list[bytes] = []
        for hashes in reversed(self._unfilled):
            within = Frontier()
            for each in hashes:
                within.append(each)
            edge += within.hashes
        self._frontier = Frontier(size, edge)

    @property
    def size(self) -> int:
        return self._frontier.size

    def root(self) -> bytes:
        """The root hash of the tree as it stands."""
        return self._frontier.root()

    def append(self, leaf: bytes) -> list[FullTile]:
        """Adds a leaf by its hash; gives the tiles that it fills, lowest first."""
        filled = []
        for complete in self._frontier.append(leaf):
            level, within = divmod(complete.level, HEIGHT)
            if within:
                continue
            if level:
                below = self._unfilled[level - 1]
                filled.append(FullTile(level - 1, complete.index, b"".join(below), complete.hash))
                below.clear()
            if level == len(self._unfilled):
                self._unfilled.append([])
            self._unfilled[level].append(complete.hash)
        return filled

"""The tree as the database holds it: for its root at any size, and for proofs."""

from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from annotations.audit.models import HashTile, TreeLeaf
from annotations.audit.tree import merkle
from annotations.audit.tree.growth import Growth
from annotations.audit.tree.merkle import HASH_SIZE, Frontier
from annotations.audit.tree.tiles import HEIGHT, WIDTH

_TILES_KEPT = 256


class Incomplete(Exception):
    """The database lacks hashes of the tree, or holds some that cannot be any."""


def tree_size() -> int:
    """How many entries have a leaf."""
    last = TreeLeaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def growth(size: int) -> Growth:
    """The tree of the first `size` leaves, ready to grow. One query a level of tiles. Raises Incomplete."""
    unfilled = []
    level = 0
    while level == 0 or size >> HEIGHT * level:
        end = size >> HEIGHT * level
        unfilled.append(_hashes(level, end - end % WIDTH, end))
        level += 1
    return Growth(size, unfilled)


class StoredTree:
    """The complete subtrees of the first `size` leaves, as `node(level, index)`: what roots and proofs are made of.

    Keeps the tiles that it has read, so that one more of them costs few queries or none.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._tile = lru_cache(_TILES_KEPT)(self._read)

    def root_at(self, size: int) -> bytes:
        """The root hash of the first `size` leaves, which may be fewer than the tree's. Raises Incomplete."""
        return merkle.root_at(size, self.node)

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of 2**level leaves that is number `index` of its level.

        Raises Incomplete; ValueError for a subtree that reaches beyond the size.
        """
        if level < 0 or index < 0 or index + 1 > self.size >> level:
            raise ValueError(f"A tree of {self.size} leaves has no subtree {index} of level {level}")
        tile_level, height = divmod(level, HEIGHT)
        number, offset = divmod(index << height, WIDTH)
        subtree = Frontier()
        for each in self._tile(tile_level, number)[offset : offset + (1 << height)]:
            subtree.append(each)
        return subtree.root()

    def _read(self, level: int, number: int) -> list[bytes]:
        """The hashes of a tile; of the last one of its level those that there are."""
        end = self.size >> HEIGHT * level
        if number < end // WIDTH:
            return _full_tile(level, number)
        return _hashes(level, number * WIDTH, end)


def _full_tile(level: int, number: int) -> list[bytes]:
    found = HashTile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
    content = bytes(found or b"")
    if len(content) != WIDTH * HASH_SIZE:
        raise Incomplete(f"Tile {number} of level {level} is missing or damaged.")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


def _hashes(level: int, start: int, end: int) -> list[bytes]:
    """Hashes `start` to, not with, `end` of a level of tiles, read from the rows below it."""
    rows: QuerySet[Any, Any]
    if level == 0:
        rows = TreeLeaf.objects.filter(index__gte=start, index__lt=end).order_by("index")
        found = [bytes(each) for each in rows.values_list("hash", flat=True)]
    else:
        rows = HashTile.objects.filter(level=level - 1, number__gte=start, number__lt=end).order_by("number")
        found = [bytes(each) for each in rows.values_list("root", flat=True)]
    if len(found) != end - start or any(len(each) != HASH_SIZE for each in found):
        raise Incomplete(f"Hashes {start} to {end - 1} of level {level} are missing or damaged.")
    return found

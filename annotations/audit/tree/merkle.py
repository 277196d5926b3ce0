"""Hashes of the tree, and a tree that grows at its right edge (RFC 9162 section 2.1.1)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256().digest()

# The hash of the complete subtree of 2**level leaves that is number `index` of its level, from the left.
Node = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Completed:
    """A complete subtree: leaves `index * 2**level` up to, not with, `(index + 1) * 2**level`."""

    level: int
    index: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry's bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree: its size and the hashes of its largest complete subtrees, left to right.

    That is all that is needed to append and to tell the root: one hash for each bit set in the size.
    Raises ValueError when the number of hashes does not fit the size.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if size < 0 or len(self._hashes) != size.bit_count():
            raise ValueError(
                f"A tree of {size} leaves has not {len(self._hashes)} complete subtrees at its edge"
            )
        if any(len(each) != HASH_SIZE for each in self._hashes):
            raise ValueError("A hash has 32 bytes")

    @classmethod
    def at(cls, size: int, node: Node) -> "Frontier":
        """The edge of the first `size` leaves of a tree whose complete subtrees are known."""
        return cls(size, (node(level, index) for level, index in edge(size)))

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> list[Completed]:
        """Adds a leaf by its hash; gives the subtrees that it completes, the leaf itself first."""
        if len(leaf) != HASH_SIZE:
            raise ValueError("A hash has 32 bytes")
        level, index, current = 0, self.size, leaf
        completed = [Completed(level, index, current)]
        while index % 2:
            current = node_hash(self._hashes.pop(), current)
            level, index = level + 1, index // 2
            completed.append(Completed(level, index, current))
        self._hashes.append(current)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root hash of the tree as it stands."""
        return fold(self._hashes)


def edge(size: int) -> list[tuple[int, int]]:
    """Level and index of each complete subtree at the right edge of `size` leaves, largest first."""
    return [
        (level, (size >> level) - 1) for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1
    ]


def fold(hashes: Iterable[bytes]) -> bytes:
    """The hash over complete subtrees that shrink from left to right; EMPTY_ROOT for none."""
    current = None
    for each in reversed(list(hashes)):
        current = each if current is None else node_hash(each, current)
    return EMPTY_ROOT if current is None else current


def root_at(size: int, node: Node) -> bytes:
    """The root hash of the first `size` leaves of a tree whose complete subtrees are known."""
    return fold(node(level, index) for level, index in edge(size))

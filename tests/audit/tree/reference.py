"""RFC 9162 section 2.1 word for word, slow and recursive: what the tree is held against."""

import hashlib
from collections.abc import Callable

from annotations.audit.tree.merkle import Node
from annotations.audit.tree.tiles import HEIGHT, WIDTH, Tile


def mth(entries: list[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D_n)."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    """PROOF(m, D_n)."""
    return subproof(m, entries, True)


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def subtree_proof(start: int, end: int, entries: list[bytes]) -> list[bytes]:
    """SUBTREE_PROOF(start, end, D_n) of draft-ietf-plants-merkle-tree-certs."""
    return subtree_subproof(start, end, entries, True)


def subtree_subproof(start: int, end: int, entries: list[bytes], whole: bool) -> list[bytes]:
    if (start, end) == (0, len(entries)):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if end <= k:
        return [*subtree_subproof(start, end, entries[:k], whole), mth(entries[k:])]
    if k <= start:
        return [*subtree_subproof(start - k, end - k, entries[k:], whole), mth(entries[:k])]
    return [*subtree_subproof(0, end - k, entries[k:], False), mth(entries[:k])]


def nodes(entries: list[bytes]) -> Callable[[int, int], bytes]:
    """The complete subtrees of these entries; raises IndexError for one that is not complete."""

    def node(level: int, index: int) -> bytes:
        part = entries[index << level : (index + 1) << level]
        if len(part) != 1 << level:
            raise IndexError(f"{level}, {index} is not complete")
        return mth(part)

    return node


def hashes(tile: Tile, node: Node) -> bytes:
    """The content of a tile of hashes, from a tree whose complete subtrees are known."""
    if tile.level is None:
        raise ValueError("A bundle holds entries, not hashes")
    first = tile.index * WIDTH
    return b"".join(node(HEIGHT * tile.level, first + offset) for offset in range(tile.width))

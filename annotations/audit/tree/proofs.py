"""Proofs of inclusion and consistency (RFC 9162 sections 2.1.3 and 2.1.4) and of subtrees.

Subtrees are those of draft-ietf-plants-merkle-tree-certs: [start, end) where start is a multiple of the smallest
power of two that is at least end - start. Consistency of two trees is the case where start is 0, so one
algorithm serves both.
"""

from collections.abc import Sequence

from annotations.audit.tree.merkle import EMPTY_ROOT, HASH_SIZE, Node, fold, node_hash


class InvalidProof(ValueError):
    """The proof does not lead where it should, or cannot."""


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the first `size` leaves, from the leaf upwards.

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} in a tree of {size}")
    return _path(index, index + 1, size, node)


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """The hashes that show the tree of `first` leaves at the beginning of that of `second`.

    Empty when the sizes are equal or the first is 0. Raises ValueError unless 0 <= first <= second.
    """
    if not 0 <= first <= second:
        raise ValueError(f"A tree of {second} leaves does not continue one of {first}")
    return _path(0, first, second, node) if first else []


def subtree_hash(start: int, end: int, node: Node) -> bytes:
    """The hash over the leaves [start, end) of a tree whose complete subtrees are known."""
    pieces = []
    while start < end:
        level = (end - start).bit_length() - 1
        pieces.append(node(level, start >> level))
        start += 1 << level
    return fold(pieces)


def _path(start: int, end: int, size: int, node: Node) -> list[bytes]:
    """SUBTREE_SUBPROOF of the draft, from the root downwards; PATH and SUBPROOF of the RFC are cases of it."""
    low, high, whole = 0, size, True
    upwards: list[bytes] = []
    while (start, end) != (low, high):
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if end <= middle:
            upwards.append(subtree_hash(middle, high, node))
            high = middle
        else:
            upwards.append(subtree_hash(low, middle, node))
            low = middle
            if start < middle:
                start, whole = middle, False
    if not whole:
        upwards.append(subtree_hash(low, high, node))
    return upwards[::-1]


def _check_subtree(start: int, end: int, size: int) -> None:
    if not 0 <= start <= end <= size:
        raise InvalidProof(f"[{start}, {end}) is no part of a tree of {size}")
    if end > start and start % (1 << (end - start - 1).bit_length()):
        raise InvalidProof(f"[{start}, {end}) is no subtree")


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises InvalidProof unless the leaf of this hash is number `index` in the tree of that size and root."""
    if not 0 <= index < size:
        raise InvalidProof(f"there is no leaf {index} in a tree of {size}")
    if len(leaf) != HASH_SIZE:
        raise InvalidProof("a hash has 32 bytes")
    verify_subtree(index, index + 1, size, proof, leaf, root)


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises InvalidProof unless the tree of `first` leaves stands at the beginning of that of `second`.

    From an empty tree there is nothing to prove: refused, unless both are empty.
    """
    if not 0 <= first <= second:
        raise InvalidProof(f"a tree of {second} leaves does not continue one of {first}")
    if first == second:
        if proof:
            raise InvalidProof("trees of one size need no proof")
        if first_root != second_root:
            raise InvalidProof("two roots for one size")
        if first == 0 and first_root != EMPTY_ROOT:
            raise InvalidProof("an empty tree has the hash of nothing")
        return
    if first == 0:
        raise InvalidProof("an empty tree is the beginning of any")
    verify_subtree(0, first, second, proof, first_root, second_root)


def verify_subtree(
    start: int, end: int, size: int, proof: Sequence[bytes], subtree: bytes, root: bytes
) -> None:
    """Raises InvalidProof unless [start, end) has the hash `subtree` in the tree of that size and root."""
    _check_subtree(start, end, size)
    if start == end:
        if proof or subtree != EMPTY_ROOT:
            raise InvalidProof("an empty subtree has no proof and the hash of nothing")
        return
    # What is only compared, not hashed, may have any length: the published vectors hold it so.
    if proof and any(len(each) != HASH_SIZE for each in (subtree, root, *proof)):
        raise InvalidProof("a hash has 32 bytes")
    rest = list(proof)
    first, last, edge = start, end - 1, size - 1
    while first != last and (last == edge or last & 1):
        first, last, edge = first >> 1, last >> 1, edge >> 1
    if first == last:
        small = large = subtree
    elif rest:
        small = large = rest.pop(0)
    else:
        raise InvalidProof("the proof is too short")
    for each in rest:
        if edge == 0:
            raise InvalidProof("the proof is too long")
        if last & 1 or last == edge:
            if first < last:
                small = node_hash(each, small)
            large = node_hash(each, large)
            while not last & 1:
                first, last, edge = first >> 1, last >> 1, edge >> 1
        else:
            large = node_hash(large, each)
        first, last, edge = first >> 1, last >> 1, edge >> 1
    if edge:
        raise InvalidProof("the proof is too short")
    if small != subtree:
        raise InvalidProof("the proof does not lead to the smaller tree")
    if large != root:
        raise InvalidProof("the proof does not lead to the root")

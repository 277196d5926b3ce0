"""The tree against the RFC's own definitions, and against damage."""

import pytest
from hypothesis import given, strategies as st

from annotations.audit.tree import proofs
from annotations.audit.tree.merkle import EMPTY_ROOT, Completed, Frontier, edge, leaf_hash, root_at
from tests.audit.tree import client, reference

pytestmark = pytest.mark.once

SIZES = st.integers(0, 70)


def entries(size: int) -> list[bytes]:
    return [f"entry {n}".encode() for n in range(size)]


@given(SIZES)
def test_a_tree_that_grows_has_the_roots_of_the_rfc(size: int) -> None:
    frontier, known = Frontier(), reference.nodes(entries(size))
    assert frontier.root() == EMPTY_ROOT
    for n, entry in enumerate(entries(size)):
        completed = frontier.append(leaf_hash(entry))
        assert completed[0] == Completed(0, n, leaf_hash(entry))
        assert all(each.hash == known(each.level, each.index) for each in completed)
        assert frontier.root() == reference.mth(entries(n + 1)) == root_at(n + 1, known)


def test_the_empty_tree_has_one_root() -> None:
    proofs.verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    with pytest.raises(proofs.InvalidProof, match="hash of nothing"):
        proofs.verify_consistency(0, 0, bytes(32), bytes(32), [])


@given(SIZES)
def test_every_complete_subtree_is_told_once(size: int) -> None:
    frontier = Frontier()
    told = [(each.level, each.index) for entry in entries(size) for each in frontier.append(leaf_hash(entry))]
    assert sorted(told) == [(level, n) for level in range(8) for n in range(size >> level)]


@given(SIZES)
def test_a_frontier_is_taken_up_where_it_was_left(size: int) -> None:
    frontier = Frontier.at(size, reference.nodes(entries(size)))
    again = Frontier(frontier.size, frontier.hashes)
    again.append(leaf_hash(b"next"))
    assert again.root() == reference.mth([*entries(size), b"next"])


def test_a_frontier_that_cannot_be_is_refused() -> None:
    for size, hashes in ((3, [EMPTY_ROOT]), (-1, []), (1, [b"short"]), (0, [EMPTY_ROOT])):
        with pytest.raises(ValueError, match=r"complete subtrees|32 bytes"):
            Frontier(size, hashes)
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier().append(b"short")
    assert edge(0) == []


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_inclusion_proofs_are_those_of_the_rfc(case: tuple[int, int]) -> None:
    index, size = case
    made = proofs.inclusion_proof(index, size, reference.nodes(entries(size)))
    assert made == reference.path(index, entries(size))
    leaf, root = leaf_hash(entries(size)[index]), reference.mth(entries(size))
    proofs.verify_inclusion(leaf, index, size, made, root)


@given(st.integers(0, 70).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_consistency_proofs_are_those_of_the_rfc(case: tuple[int, int]) -> None:
    first, second = case
    made = proofs.consistency_proof(first, second, reference.nodes(entries(second)))
    if first:
        assert made == reference.proof(first, entries(second))
        roots = reference.mth(entries(first)), reference.mth(entries(second))
        proofs.verify_consistency(first, second, *roots, made)
    else:
        assert made == []


@given(
    size=st.integers(1, 40),
    start=st.integers(0, 39),
    length=st.integers(1, 40),
)
def test_subtree_proofs_lead_to_the_root(size: int, start: int, length: int) -> None:
    whole = entries(size)
    end = start + length
    width = 1 << (length - 1).bit_length()
    known = reference.nodes(whole)
    if start % width or end > size:
        with pytest.raises(proofs.InvalidProof):
            proofs.verify_subtree(start, end, size, [], EMPTY_ROOT, reference.mth(whole))
        return
    made = reference.subtree_proof(start, end, whole)
    part = reference.mth(whole[start:end])
    assert part == proofs.subtree_hash(start, end, known)
    proofs.verify_subtree(start, end, size, made, part, reference.mth(whole))
    for index in range(start, end):
        inner = reference.path(index - start, whole[start:end])
        client.verify_subtree_inclusion(leaf_hash(whole[index]), index, start, end, inner, part)


@given(st.data())
def test_a_damaged_proof_never_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    first = data.draw(st.integers(1, size - 1))
    known, whole = reference.nodes(entries(size)), entries(size)
    made = proofs.consistency_proof(first, size, known)
    damage = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "first", "second"]))
    first_root, second_root = reference.mth(whole[:first]), reference.mth(whole)
    if damage == "flip":
        at, bit = data.draw(st.integers(0, len(made) - 1)), data.draw(st.integers(0, 255))
        made[at] = bytes(byte ^ (1 << bit % 8 if n == bit // 8 else 0) for n, byte in enumerate(made[at]))
    elif damage == "drop":
        del made[data.draw(st.integers(0, len(made) - 1))]
    elif damage == "add":
        made.insert(
            data.draw(st.integers(0, len(made))), data.draw(st.sampled_from([EMPTY_ROOT, first_root, b""]))
        )
    elif damage == "swap":
        first_root, second_root = second_root, first_root
    else:
        root = data.draw(st.binary(min_size=32, max_size=32))
        first_root, second_root = (root, second_root) if damage == "first" else (first_root, root)
    with pytest.raises(proofs.InvalidProof):
        proofs.verify_consistency(first, size, first_root, second_root, made)


def test_an_index_outside_the_tree_is_refused() -> None:
    known = reference.nodes(entries(4))
    for index in (-1, 4):
        with pytest.raises(ValueError, match="no leaf"):
            proofs.inclusion_proof(index, 4, known)
        with pytest.raises(proofs.InvalidProof, match="no leaf"):
            proofs.verify_inclusion(EMPTY_ROOT, index, 4, [], EMPTY_ROOT)
    with pytest.raises(ValueError, match="does not continue"):
        proofs.consistency_proof(5, 4, known)

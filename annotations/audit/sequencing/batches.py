"""The sequencer's statements over thousands of rows. On PostgreSQL they take arrays: to read thousands of parameters
takes longer there than to do the work.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef

from annotations.audit.models import HashTile, LogEntry, Pending, TreeLeaf
from annotations.audit.sequencing.stored_tree import growth, tree_size
from annotations.audit.tree.growth import FullTile
from annotations.audit.tree.merkle import leaf_hash


def nothing(point: str) -> None:
    """What is done when a step is reached: nothing, but in tests of what survives."""


class PendingEntry(NamedTuple):
    """An entry that waits, with its canonical bytes. `placed`: it has a leaf already, and was queued again."""

    entry: uuid.UUID
    canonical: bytes
    placed: bool


class Leaf(NamedTuple):
    """An entry's place in the tree, and its hash."""

    place: int
    entry: uuid.UUID
    hash: bytes


def pending(count: int) -> list[PendingEntry]:
    """The first of the entries that wait, by their ids. What waits and is in no log is passed over."""
    first = Pending.objects.order_by("entry").values("entry")[:count]
    placed = Exists(TreeLeaf.objects.filter(entry=OuterRef("pk")))
    rows = LogEntry.objects.filter(pk__in=first).order_by("pk").values_list("pk", "canonical", placed)
    return [PendingEntry(entry, bytes(canonical), has) for entry, canonical, has in rows]


def place(entries: Sequence[tuple[uuid.UUID, bytes]], reached: Callable[[str], None] = nothing) -> None:
    """Adds entries, by their ids and exact bytes, to the tree's end, and the tiles that they fill."""
    grown = growth(tree_size())
    leaves: list[Leaf] = []
    tiles: list[FullTile] = []
    for entry, canonical in entries:
        leaves.append(Leaf(grown.size, entry, leaf_hash(canonical)))
        tiles += grown.append(leaves[-1].hash)
    _insert(leaves)
    reached("leaves written")
    HashTile.objects.bulk_create(HashTile(**tile._asdict()) for tile in tiles)
    reached("tiles written")


def _insert(leaves: Sequence[Leaf]) -> None:
    if connection.vendor != "postgresql":
        TreeLeaf.objects.bulk_create(
            TreeLeaf(index=leaf.place, entry=leaf.entry, hash=leaf.hash) for leaf in leaves
        )
        return
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO audit_treeleaf ("index", entry, hash)'
            " SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[])",
            [list(column) for column in zip(*leaves, strict=True)] or [[], [], []],
        )


def dequeue(entries: Sequence[uuid.UUID]) -> None:
    """Takes entries out of the queue."""
    if connection.vendor != "postgresql":
        Pending.objects.filter(entry__in=entries).delete()
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_pending WHERE entry = ANY(%s::uuid[])", [list(entries)])

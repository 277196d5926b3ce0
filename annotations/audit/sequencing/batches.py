"""The sequencer's statements over thousands of rows. On PostgreSQL they take arrays: to read thousands of parameters
takes longer there than to do the work.
"""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef

from annotations.audit.models import LogEntry, Pending, TreeLeaf


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


def insert(leaves: Sequence[Leaf]) -> None:
    """Adds leaves to the tree."""
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

"""Checking the whole log in the database: every entry against its leaf, the tree against every checkpoint.

This finds what somebody changed behind the log's back who cannot sign. It trusts the keys' policy as the database holds
it; `verify_log.py` trusts nothing of ours, and is what convinces somebody else.
"""

import datetime
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from annotations.audit import details, log
from annotations.audit.actors import Actor
from annotations.audit.canonical import timestamp
from annotations.audit.enums import DetailState
from annotations.audit.integrity.chain import Chain
from annotations.audit.integrity.declared_epochs import declared_epochs, epoch_problems
from annotations.audit.integrity.problems import Problem
from annotations.audit.integrity.status import last_checkpoint
from annotations.audit.keys.policy import log_keys
from annotations.audit.models import (
    Checkpoint,
    Cosignature,
    HashTile,
    LogEntry,
    Pending,
    TreeLeaf,
    Verification,
)
from annotations.audit.sequencing.stored_tree import tree_size
from annotations.audit.services import append
from annotations.audit.tree import checkpoints, signed_notes
from annotations.audit.tree.growth import FullTile, Growth
from annotations.audit.tree.log_keys import LogKey
from annotations.audit.tree.merkle import leaf_hash
from annotations.core import clock

BATCH = 4096
_COLUMNS = ("id", "occurred_at", "action", "actor", "actor_role", "clip", "subject", "purpose", "request")
_KEPT = 100  # problems that are kept in words; the rest is counted


Progress = Callable[[int, int], None]


def verify(actor: Actor, on_progress: Progress | None = None) -> Verification:
    """Checks everything, keeps what was found, and logs it. Reads in short transactions, so that nothing waits.

    `on_progress` is told how many entries are checked, and of how many; it may raise, which ends the check.
    """
    begun = clock.now()
    size = tree_size()
    found = list(_problems(size, on_progress))
    return _keep(actor, begun, size, found)


@transaction.atomic
def _keep(actor: Actor, begun: datetime.datetime, size: int, found: list[Problem]) -> Verification:
    kept = Verification.objects.create(
        started_at=begun,
        finished_at=clock.now(),
        by=actor.pseudonym,
        size=size,
        ok=not found,
        problems=[asdict(each) for each in found[:_KEPT]],
    )
    whole = "no" if found else "yes"
    append(log.VERIFIED, actor, data={"ok": whole, "size": size, "problems": len(found)})
    return kept


def forgotten() -> QuerySet[LogEntry]:
    """Entries that have no leaf and do not wait for one: somebody took them out of the queue."""
    leaves = TreeLeaf.objects.filter(entry=OuterRef("pk"))
    waiting = Pending.objects.filter(entry=OuterRef("pk"))
    return LogEntry.objects.filter(~Exists(leaves), ~Exists(waiting)).order_by("pk")


def _problems(size: int, on_progress: Progress | None) -> Iterator[Problem]:
    grown = Growth(0, [[]])
    keys = log_keys()
    chain = Chain([declaration for declaration, _ in declared_epochs()])
    for start in range(0, size, BATCH):
        if on_progress:
            on_progress(start, size)
        yield from _batch(grown, range(start, min(start + BATCH, size)), keys, chain)
    yield from epoch_problems(size, keys)
    last = last_checkpoint()
    if last and last.size > (left := tree_size()):
        yield Problem("tree_shortened", f"A tree of {last.size} entries was signed; {left} are left.")
    unpublished = Cosignature.objects.exclude(size__in=Checkpoint.objects.values("size")).order_by("size")
    for witness, cosigned in unpublished.values_list("witness", "size").distinct()[: _KEPT + 1]:
        yield Problem(
            "checkpoint_missing", f"{witness} cosigned a checkpoint of {cosigned} entries, which is not here."
        )
    for entry in forgotten().values_list("pk", flat=True)[: _KEPT + 1]:
        yield Problem("entry_forgotten", f"Entry {entry} has no place in the tree and waits for none.")
    present = LogEntry.objects.filter(pk=OuterRef("entry"))
    for entry in Pending.objects.filter(~Exists(present)).values_list("pk", flat=True)[: _KEPT + 1]:
        yield Problem("entry_missing", f"Entry {entry} waits for its place, and the log lacks it.")


def _batch(grown: Growth, places: range, keys: list[LogKey], chain: Chain) -> Iterator[Problem]:
    """Checks the leaves of these places, and grows the tree by them."""
    start, end = places.start, places.stop
    within = TreeLeaf.objects.filter(index__gte=start, index__lt=end)
    leaves = list(within.order_by("index").values_list("index", "entry", "hash"))
    if len(leaves) != end - start:
        missing = end - start - len(leaves)
        yield Problem("leaf_missing", f"From number {start} to {end - 1}, {missing} leaves are missing.")
    rows = LogEntry.objects.filter(pk__in=within.values("entry")).values_list("canonical", *_COLUMNS)
    entries = {row[1]: row for row in rows}
    signed = {row.size: row for row in Checkpoint.objects.filter(size__gt=start, size__lte=end)}
    filled: list[FullTile] = []
    committed: list[LogEntry] = []
    for index, entry, stored in leaves:
        row = entries.get(entry)
        if problem := _entry(index, entry, bytes(stored), row):
            yield problem
        elif row and b'"commitment":' in bytes(row[0]):
            committed.append(LogEntry(id=entry, canonical=row[0]))
        filled += grown.append(bytes(stored))
        if checkpoint := signed.pop(grown.size, None):
            yield from _checkpoint(checkpoint, grown.root(), keys, chain)
    for checkpoint in signed.values():
        yield from _checkpoint(checkpoint, None, keys, chain)
    yield from _tiles(filled)
    yield from _details(committed)


def _entry(index: int, entry: uuid.UUID, stored: bytes, row: tuple[Any, ...] | None) -> Problem | None:
    """`row` is the canonical bytes and then the values of `_COLUMNS`."""
    if row is None:
        return Problem("entry_missing", f"Entry {entry}, number {index} of the tree, is not in the log.")
    canonical = bytes(row[0])
    if leaf_hash(canonical) != stored:
        return Problem("entry_altered", f"Entry {entry} is not what stands at number {index} of the tree.")
    if different := _columns_that_differ(json.loads(canonical), row[1:]):
        columns = ", ".join(different)
        return Problem(
            "column_altered", f"Entry {entry}, number {index}: {columns} tell something else than it does."
        )
    return None


def _details(entries: list[LogEntry]) -> Iterator[Problem]:
    """Whether what these entries committed to is there, or was erased as the log tells."""
    for entry, detail in details.read(entries).items():
        if detail.state == DetailState.TAMPERED:
            yield Problem(
                "detail_tampered", f"The detail of entry {entry} is missing or altered, and none erased it."
            )
        elif detail.state == DetailState.UNREACHABLE:
            yield Problem("detail_unchecked", f"The store of the keys does not answer for entry {entry}.")


def _columns_that_differ(body: dict[str, Any], row: tuple[Any, ...]) -> list[str]:
    """The columns, which the log is searched by, that do not repeat what the entry's bytes say."""
    pk, occurred_at, action, actor, role, clip, *rest = row
    repeated = (str(pk), timestamp(occurred_at), action, actor, role, str(clip) if clip else None, *rest)
    acting = body["actor"]
    said = (
        *(body["id"], body["time"], body["action"], acting["pseudonym"], acting["role"]),
        *(body["clip"], body["subject"], body["purpose"], body["request"]),
    )
    if said == repeated:
        return []
    return [name for name, a, b in zip(_COLUMNS, said, repeated, strict=True) if a != b]


def _tiles(filled: Iterable[FullTile]) -> Iterator[Problem]:
    """Whether the database holds these tiles as they must be."""
    expected = {(tile.level, tile.number): tile for tile in filled}
    for level in {level for level, _ in expected}:
        numbers = [number for each, number in expected if each == level]
        rows = HashTile.objects.filter(level=level, number__gte=min(numbers), number__lte=max(numbers))
        for number, hashes, root in rows.values_list("number", "hashes", "root"):
            tile = expected.pop((level, number))
            if (bytes(hashes), bytes(root)) != (tile.hashes, tile.root):
                yield Problem(
                    "tile_altered", f"Tile {number} of level {level} does not hold the tree's hashes."
                )
    for level, number in expected:
        yield Problem("tile_missing", f"Tile {number} of level {level} is missing.")


def _checkpoint(row: Checkpoint, root: bytes | None, keys: list[LogKey], chain: Chain) -> Iterator[Problem]:
    """`root` is the tree's at the checkpoint's size, None where it has none."""
    if root != bytes(row.root):
        yield Problem("root_differs", f"The first {row.size} entries are not those that were signed.")
    needed = [key.public for key in keys if key.signs(row.size)]
    try:
        note = signed_notes.parse(row.note)
        signatures = note.verify(needed)
        signed = checkpoints.Checkpoint.parse(note.text)
    except (signed_notes.InvalidSignedNote, checkpoints.InvalidCheckpoint) as error:
        yield Problem("signature_wrong", f"The checkpoint of {row.size} entries is not signed: {error}.")
        return
    if (signed.origin, signed.size, signed.root) != (settings.AUDIT_ORIGIN, row.size, bytes(row.root)):
        yield Problem(
            "checkpoint_altered", f"The checkpoint of {row.size} entries says something else in its note."
        )
    if len(signatures) != len(needed):
        yield Problem("signature_missing", f"The checkpoint of {row.size} entries lacks a key's signature.")
    yield from chain.add(signed)

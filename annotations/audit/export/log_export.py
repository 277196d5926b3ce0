"""Handing the log to somebody who trusts neither the database nor its administrator: whole, or one entry's proof.

Reads in short transactions, so that nothing waits for an export. What the database lacks is written as nothing, not
refused: an export of a log that was tampered with is what shows it.
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from annotations.audit import log, repeats, services
from annotations.audit.actors import Actor
from annotations.audit.details import salt_and_detail
from annotations.audit.export.folder import ExportFolder, policy_text
from annotations.audit.integrity.verification import Progress
from annotations.audit.keys.policy import log_keys
from annotations.audit.models import Checkpoint, Cosignature, EntryDetail, Epoch, HashTile, LogEntry, TreeLeaf
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.audit.sequencing.stored_tree import StoredTree
from annotations.audit.subject_keys import store
from annotations.audit.tree import signed_notes, tiles
from annotations.audit.tree.merkle import HASH_SIZE
from annotations.audit.tree.proofs import inclusion_proof
from annotations.audit.tree.signed_notes import PublicKey
from annotations.audit.tree.tiles import WIDTH, Tile
from annotations.audit.tree.tlog_proof import TlogProof
from annotations.core.commands import command
from annotations.core.errors import Conflict, Missing

_BUNDLES = 16  # read at once
_CHECKPOINTS = 1000
_NO_HASH = bytes(HASH_SIZE)


@dataclass(frozen=True)
class Exported:
    """How many entries and details an export holds."""

    size: int
    details: int


def export(
    folder: Path,
    actor: Actor,
    *,
    details: bool = False,
    as_it_stands: bool = False,
    on_progress: Progress | None = None,
) -> Exported:
    """Writes the log as docs/audit-export.md says, up to the last checkpoint that its witnesses cosigned.

    With `details` also what entries tell in somebody's own words, as far as it was not erased. The export itself is on
    the log, and sealed, before anything is read; `as_it_stands` does not wait for the seal, for a log that is not
    sealed any more because its tree was tampered with. Raises Conflict `folder_exists` or `not_witnessed`, Unavailable
    `log_not_sealed`, Unreachable when the store of the details' keys does not answer. `on_progress` is told how many
    entries are written, and of how many; it may raise, which ends the export.
    """
    if folder.exists():
        raise Conflict("folder_exists", f"{folder} exists. Choose a folder that is not there yet.")
    with transaction.atomic():
        entry = services.append(log.EXPORTED, actor, data={"details": "yes" if details else "no"})
    if not as_it_stands:
        await_checkpoint(entry.pk)
    size = _last_witnessed().size
    count = 0
    with ExportFolder(folder) as out:
        if details:
            out.begin_details()
        for portion in _portions(size):
            if on_progress:
                on_progress(portion[0].index * WIDTH, size)
            count += _write_entries(out, portion, details=details)
        _write_hashes(out, size)
        for note in _notes(size):
            out.checkpoint(note)
        for declaration in Epoch.objects.order_by("number").values_list("declaration", flat=True):
            out.epoch(declaration)
        out.finish(size, key_policy())
    return Exported(size, count)


def key_policy() -> str:
    """The log's key policy as it stands (policy.json)."""
    keys = [(key.vkey, key.since, key.until) for key in log_keys()]
    witnesses = [key.vkey for key in _witnesses()]
    return policy_text(settings.AUDIT_ORIGIN, keys, witnesses, _required())


def prove(entry: uuid.UUID, actor: Actor) -> str:
    """The tlog-proof that an entry is on the log, with the entry's own bytes as its extra data.

    Raises Missing `unknown_entry`, Conflict `not_sealed` or `not_witnessed`.
    """
    row = LogEntry.objects.filter(pk=entry).first()
    if row is None:
        raise Missing("unknown_entry", "No entry has this id.")
    with transaction.atomic():
        repeats.tell(log.PROVEN, actor, data={"entry": str(entry)})
    leaf = TreeLeaf.objects.filter(entry=entry).first()
    checkpoint = _last_witnessed()
    if leaf is None or leaf.index >= checkpoint.size:
        raise Conflict(
            "not_sealed", "The last checkpoint does not cover this entry yet. Try again in a moment."
        )
    hashes = inclusion_proof(leaf.index, checkpoint.size, StoredTree(checkpoint.size).node)
    (note,) = _cosigned([checkpoint])
    return TlogProof(leaf.index, tuple(hashes), note, bytes(row.canonical)).format()


def _witnesses() -> list[PublicKey]:
    return [PublicKey.parse(vkey) for _, vkey in settings.AUDIT_WITNESSES]


def _required() -> int:
    """One witness has to have seen it where there are any: each alone keeps the log from having two pasts."""
    return min(1, len(settings.AUDIT_WITNESSES))


def _last_witnessed() -> Checkpoint:
    checkpoints = Checkpoint.objects.order_by("-size")
    if _required():
        names = [key.name for key in _witnesses()]
        seen = (
            Cosignature.objects.filter(witness__in=names)
            .values("size")
            .annotate(by=Count("witness", distinct=True))
        )
        checkpoints = checkpoints.filter(size__in=seen.filter(by__gte=_required()).values("size"))
    if checkpoint := checkpoints.first():
        return checkpoint
    raise Conflict(
        "not_witnessed", f"No witness has cosigned the log yet. Show it to them: {command('audit anchor')}"
    )


def _portions(size: int) -> Iterator[list[Tile]]:
    """The bundles of a log, some at a time."""
    portion: list[Tile] = []
    for tile in tiles.bundles(size):
        portion.append(tile)
        if len(portion) == _BUNDLES:
            yield portion
            portion = []
    if portion:
        yield portion


def _write_entries(out: ExportFolder, portion: list[Tile], *, details: bool) -> int:
    """Writes bundles and their hashes, as stored; how many details went with them."""
    start, end = portion[0].index * WIDTH, portion[-1].index * WIDTH + portion[-1].width
    within = TreeLeaf.objects.filter(index__gte=start, index__lt=end)
    leaves = {
        index: (entry, bytes(leaf_hash))
        for index, entry, leaf_hash in within.values_list("index", "entry", "hash")
    }
    rows = LogEntry.objects.filter(pk__in=within.values("entry")).values_list("pk", "canonical")
    entries = {pk: bytes(canonical) for pk, canonical in rows}
    placed = [leaves.get(index) for index in range(start, end)]
    for tile in portion:
        part = placed[tile.index * WIDTH - start :][: tile.width]
        out.bundle(tile, (entries.get(leaf[0], b"") if leaf else b"" for leaf in part))
        out.hashes(Tile(0, tile.index, tile.width), b"".join(leaf[1] if leaf else _NO_HASH for leaf in part))
    return _write_details(out, start, placed, entries) if details else 0


def _write_details(
    out: ExportFolder,
    start: int,
    placed: list[tuple[uuid.UUID, bytes] | None],
    entries: dict[uuid.UUID, bytes],
) -> int:
    """What cannot be opened is left out: the verifier tells whether that was an erasure."""
    rows = {row.entry: row for row in EntryDetail.objects.filter(entry__in=entries)}
    keys = store().find({row.key for row in rows.values()}) if rows else {}
    count = 0
    for index, leaf in enumerate(placed, start):
        row = rows.get(leaf[0]) if leaf else None
        if row is None or row.key not in keys:
            continue
        try:
            body = json.loads(entries[row.entry])
            salt, detail = salt_and_detail(row, keys[row.key], body["commitment"])
        except (ValueError, KeyError):
            continue
        out.detail(index, str(row.entry), salt, detail)
        count += 1
    return count


def _write_hashes(out: ExportFolder, size: int) -> None:
    """The tiles above the leaves' own: the hashes over the tiles below, as stored."""
    for tile in tiles.inventory(size):
        if tile.level:
            first = tile.index * WIDTH
            rows = HashTile.objects.filter(
                level=tile.level - 1, number__gte=first, number__lt=first + tile.width
            ).values_list("number", "root")
            roots = {number: bytes(root) for number, root in rows}
            out.hashes(tile, b"".join(roots.get(first + n, _NO_HASH) for n in range(tile.width)))


def _notes(size: int) -> Iterator[str]:
    """Every checkpoint up to this size, with its cosignatures."""
    last = -1
    while found := list(
        Checkpoint.objects.filter(size__gt=last, size__lte=size).order_by("size")[:_CHECKPOINTS]
    ):
        yield from _cosigned(found)
        last = found[-1].size


def _cosigned(found: Iterable[Checkpoint]) -> list[str]:
    """The notes of checkpoints, each with the last cosignature of each witness that the settings name."""
    known = {(key.name, key.key_id) for key in _witnesses()}
    checkpoints = list(found)
    lines: dict[int, dict[str, str]] = {}
    rows = Cosignature.objects.filter(size__gte=checkpoints[0].size, size__lte=checkpoints[-1].size)
    for size, line in rows.order_by("witnessed_at", "id").values_list("size", "line"):
        (signature,) = signed_notes.parse_signatures(line)
        if (signature.name, signature.key_id) in known:
            lines.setdefault(size, {})[signature.name] = line
    return [each.note + "".join(lines.get(each.size, {}).values()) for each in checkpoints]

"""Whether the declared epochs are what the log's keys signed, what the tree holds and what the log tells of."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

from annotations.audit import log
from annotations.audit.integrity.problems import Problem
from annotations.audit.models import Epoch, LogEntry, TreeLeaf
from annotations.audit.sequencing.stored_tree import Incomplete, StoredTree
from annotations.audit.tree import epochs
from annotations.audit.tree.epochs import Declaration, InvalidDeclaration
from annotations.audit.tree.log_keys import LogKey
from annotations.audit.tree.signed_notes import InvalidSignedNote, SignedNote


def declared_epochs() -> list[tuple[Declaration, SignedNote]]:
    """The declarations that can be read, the first one first."""
    found = []
    for note in Epoch.objects.order_by("number").values_list("declaration", flat=True):
        try:
            found.append(epochs.parse(note))
        except (InvalidDeclaration, InvalidSignedNote):
            continue
    return found


def epoch_problems(size: int, keys: Sequence[LogKey]) -> Iterator[Problem]:
    """What is wrong with them. `size` is that of the tree, `keys` the policy of today."""
    declared = declared_epochs()
    numbers = {declaration.number: declaration for declaration, _ in declared}
    for row in Epoch.objects.order_by("number"):
        if not _repeats(row, numbers.get(row.number)):
            yield Problem(
                "epoch_altered", f"Epoch {row.number} is not the one that its declaration tells of."
            )
    for declaration, words in epochs.objections(declared, keys):
        yield Problem("epoch_unsigned", f"Epoch {declaration.number}: {words}.")
    tree = StoredTree(size)
    for declaration in numbers.values():
        after = [each.restored.size for each in numbers.values() if each.number > declaration.number]
        kept = min([size, *after])
        yield from _within(declaration, kept, tree)


def _repeats(row: Epoch, declared: Declaration | None) -> bool:
    """Whether the columns say what the declaration says."""
    return declared is not None and (row.restored, row.signed, row.lost, row.declared_by, row.agreed_by) == (
        declared.restored.size,
        declared.last.size,
        declared.lost,
        declared.by,
        declared.agreed_by,
    )


def _within(declared: Declaration, kept: int, tree: StoredTree) -> Iterator[Problem]:
    """What the tree's first `kept` leaves, which no later restore took, hold of it."""
    restored = declared.restored
    try:
        if restored.size <= kept and tree.root_at(restored.size) != restored.root:
            yield Problem(
                "epoch_altered",
                f"Epoch {declared.number} goes on from {restored.size} other entries than these.",
            )
    except Incomplete:
        pass  # what is missing of the tree is told already
    if declared.entry < kept and not _is_told(declared):
        yield Problem(
            "epoch_not_logged",
            f"Number {declared.entry} of the tree does not tell of epoch {declared.number}.",
        )


def _is_told(declared: Declaration) -> bool:
    leaf = TreeLeaf.objects.filter(index=declared.entry).values("entry")
    entry = LogEntry.objects.filter(pk__in=leaf, action=log.EPOCH_DECLARED.code).first()
    digest = sha256(declared.format().encode()).hexdigest()
    try:
        return entry is not None and json.loads(bytes(entry.canonical))["data"]["declaration"] == digest
    except (ValueError, KeyError, TypeError):
        return False  # it was altered, which is told as well

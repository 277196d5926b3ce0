"""Declaring an epoch: after a restore the log goes on from what the database holds, and says for ever what was lost.

It is possible only where the database is the beginning of what was signed, as far as its last checkpoint tells. A
database that contradicts that checkpoint was rewritten, and nothing excuses it. See ADR 45.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction

from annotations.audit import log
from annotations.audit.actors import Actor
from annotations.audit.canonical import timestamp
from annotations.audit.integrity.status import current_epoch, last_checkpoint
from annotations.audit.keys import changes
from annotations.audit.keys.policy import log_keys
from annotations.audit.keys.refused import Refused
from annotations.audit.keys.signing import KeyFolder, SetBack, declarations
from annotations.audit.models import Epoch, LogEntry
from annotations.audit.sequencing import batches, leader
from annotations.audit.sequencing.stored_tree import StoredTree, tree_size
from annotations.audit.services import append
from annotations.audit.tree import epochs, signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.epochs import Declaration
from annotations.audit.tree.log_keys import LogKey
from annotations.audit.tree.signed_notes import InvalidSignedNote, PublicKey
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.core.reasons import checked_reason


@dataclass(frozen=True)
class Loss:
    """What a restore took from the log: everything that was signed beyond `restored`, up to the checkpoint `signed`.

    `note` is the signed note of that one. `keys` is the policy when it was signed, None where the folder kept none.
    `added` and `retired` are the keys whose changes were lost, and are made again; `forgotten` the declarations of
    earlier epochs that were lost as well. `unsigned` counts the entries that the database holds beyond `restored`.
    """

    number: int
    restored: Checkpoint
    signed: Checkpoint
    note: str
    keys: tuple[LogKey, ...] | None
    added: tuple[PublicKey, ...]
    retired: tuple[PublicKey, ...]
    forgotten: tuple[str, ...]
    unsigned: int


def loss(folder: KeyFolder) -> Loss:
    """What would be declared. Changes nothing.

    Raises Conflict `nothing_set_back`, also when the loss is declared already; Refused when the database contradicts
    what was signed, or when the folder cannot tell.
    """
    size = tree_size()
    tree = StoredTree(size)
    try:
        folder.check_past(size, tree.root_at)
    except SetBack as found:
        last = found.last
    else:
        raise Conflict(
            "nothing_set_back", "The database holds all that was signed: there is no epoch to declare."
        )
    restored = _restored(folder, tree)
    keys = folder.memory.policy()
    declared = folder.memory.declared()
    known = set(declarations())
    added, retired = _changed_keys(folder, keys, last.checkpoint.size)
    numbers = [current_epoch(), last.checkpoint.epoch, *(each.number for each in declared.values())]
    return Loss(
        number=max(numbers) + 1,
        restored=restored,
        signed=last.checkpoint,
        note=last.note or _signed_again(folder, last.checkpoint),
        keys=keys,
        added=added,
        retired=retired,
        forgotten=tuple(note for note in declared if note not in known),
        unsigned=size - restored.size,
    )


def declare(
    folder: KeyFolder,
    by: Actor,
    agreed_by: Actor,
    reason: str,
    reached: Callable[[str], None] = batches.nothing,
) -> Epoch:
    """Declares the epoch that goes on from what a restore left, and logs it; the sequencer then signs on.

    The entry that tells of it gets its place at once, so that the epoch's first checkpoint covers it. Killed before the
    commit nothing has happened; killed after it, everything has, and a second call gives the same epoch. `last-signed`
    is not touched: the next signature replaces it.

    Raises Invalid `reason_too_short`, `reason_too_long`; Conflict `nothing_set_back`; Refused.
    """
    reason = checked_reason(reason)
    with transaction.atomic(durable=True):
        leader.wait()
        reached("leading")
        epoch = _declared_already(folder) or _declare(folder, by, agreed_by, reason, reached)
        reached("declared")
    reached("committed")
    folder.memory.keep_policy(log_keys())
    folder.memory.keep_declared(declarations())
    reached("remembered")
    return epoch


def _declared_already(folder: KeyFolder) -> Epoch | None:
    last = folder.last_signed()
    declared = folder.epoch_after(last) if last else None
    if declared is None or declared.restored.size > tree_size():
        return None
    return Epoch.objects.get(number=declared.number)


def _declare(
    folder: KeyFolder, by: Actor, agreed_by: Actor, reason: str, reached: Callable[[str], None]
) -> Epoch:
    lost = loss(folder)
    moment, place = clock.now(), tree_size()
    for note in lost.forgotten:
        _insert(note)
    changes.carry_over(folder, lost.added, lost.retired, by)
    reached("keys carried over")
    text = Declaration(
        number=lost.number,
        restored=lost.restored,
        lost=lost.note,
        entry=place,
        keys=lost.keys,
        declared_at=timestamp(moment),
        by=by.pseudonym,
        agreed_by=agreed_by.pseudonym,
    ).format()
    epoch = _insert(folder.sign_text(text, lost.restored.size + 1))
    reached("inserted")
    entry = append(
        log.EPOCH_DECLARED,
        by,
        data={
            "epoch": lost.number,
            "first": lost.restored.size,
            "last": lost.signed.size - 1,
            "agreed_by": agreed_by.pseudonym,
            "declaration": sha256(text.encode()).hexdigest(),
        },
        detail={"reason": reason},
    )
    reached("logged")
    _place(entry)
    return epoch


def _place(entry: LogEntry) -> None:
    batches.place([(entry.pk, bytes(entry.canonical))])
    batches.dequeue([entry.pk])


def _insert(note: str) -> Epoch:
    """The row of a signed declaration."""
    declared, _ = epochs.parse(note)
    return Epoch.objects.create(
        number=declared.number,
        restored=declared.restored.size,
        signed=declared.last.size,
        lost=declared.lost,
        declaration=note,
        declared_at=declared.moment,
        declared_by=declared.by,
        agreed_by=declared.agreed_by,
    )


def _restored(folder: KeyFolder, tree: StoredTree) -> Checkpoint:
    """The tree under the last checkpoint that the database holds, which must be what the log's own keys signed.

    Refused when it is not: then the database is no beginning of what was signed.
    """
    row = last_checkpoint()
    if row is None:
        return Checkpoint(folder.origin, 0, tree.root_at(0))
    root = tree.root_at(row.size) if row.size <= tree.size else b""
    try:
        note = signed_notes.parse(row.note)
        note.verify(_own_keys(folder))
        signed = Checkpoint.parse(note.text)
    except (InvalidSignedNote, ValueError) as error:
        raise Refused(
            f"The checkpoint of {row.size} entries is not one that these keys signed: {error}."
        ) from None
    if (signed.origin, signed.size, signed.root) != (folder.origin, row.size, root):
        raise Refused(
            f"The tree of {row.size} entries is not the one that was signed: it was rewritten. "
            "No epoch excuses that."
        )
    return Checkpoint(folder.origin, row.size, root)


def _own_keys(folder: KeyFolder) -> list[PublicKey]:
    """The keys that are here or were, as the folder knows: whoever rules the database alone has none of them."""
    return [*folder.here(), *(key.public for key in folder.memory.policy() or ())]


def _changed_keys(
    folder: KeyFolder, before: tuple[LogKey, ...] | None, size: int
) -> tuple[tuple[PublicKey, ...], tuple[PublicKey, ...]]:
    """Keys that signed when `size` entries were signed last and that the database does not know any more; and keys that
    it believes to sign though they were retired or are not here.
    """
    known = log_keys()
    names = {key.vkey for key in known}
    signed = [key.public for key in before if key.signs(size + 1)] if before is not None else folder.here()
    added = tuple(key for key in signed if key.vkey not in names and folder.has(key))
    gone = {key.vkey for key in before or () if not key.signs(size + 1)}
    signing = [key for key in known if key.until is None]
    retired = tuple(key.public for key in signing if key.vkey in gone or not folder.has(key.public))
    if len(retired) == len(signing) and not added:
        raise Refused(
            "None of the keys that signed the log is here. Bring their files back, or make one: audit keys new"
        )
    return added, retired


def _signed_again(folder: KeyFolder, checkpoint: Checkpoint) -> str:
    """The note of a folder that kept only what it signed, not the signatures: the same keys make the same ones again.

    Signatures of Ed25519 depend on nothing but key and text (RFC 8032).
    """
    return folder.sign_with_all(checkpoint.format())

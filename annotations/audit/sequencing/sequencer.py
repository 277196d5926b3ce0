"""Giving entries their places in the tree, and signing what the tree then is.

Two transactions, each under the one leader's lock. `take` turns the waiting entries into leaves and commits; `seal`
signs the tree that it finds committed, and nothing else. Dying anywhere in between loses nothing: what was not
committed still waits, what was not signed is signed by the next one. See ADR 13.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction

from annotations.audit.integrity.status import current_epoch, last_checkpoint
from annotations.audit.keys.refused import Refused
from annotations.audit.keys.signing import KeyFolder
from annotations.audit.models import Checkpoint, Hurry, Pending
from annotations.audit.sequencing import batches, leader
from annotations.audit.sequencing.stored_tree import Incomplete, StoredTree, tree_size
from annotations.audit.tree import checkpoints as tree_checkpoints
from annotations.audit.tree.proofs import InvalidProof, consistency_proof, verify_consistency
from annotations.audit.tree.signed_notes import InvalidSignedNote
from annotations.core import clock

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
BATCH = 2048  # entries in one transaction, where many wait
_RETRY_SECONDS = 5.0


class Sequencer:
    """`once` takes what waits and seals it; `run` does so again and again. `reached` is told of each step."""

    def __init__(self, folder: KeyFolder, reached: Callable[[str], None] = batches.nothing) -> None:
        self.folder = folder
        self.reached = reached

    def once(self) -> int:
        """Takes everything that waits and seals it; how many entries got a place. Raises Refused, Incomplete."""
        hurried = list(Hurry.objects.values_list("entry", flat=True)[:BATCH])
        taken, count = 0, BATCH
        while count == BATCH:
            count = self._take()
            taken += count
            self._seal()
        if hurried:
            Hurry.objects.filter(entry__in=hurried).delete()
        return taken

    def run(self, stopped: threading.Event) -> None:
        """Until `stopped`. What goes wrong is told in the program's log and tried again."""
        unsure = True  # at the start, and after a failure: there may be leaves that nobody has sealed
        since: float | None = None
        while not stopped.is_set():
            pause = POLL_SECONDS
            try:
                waiting = Pending.objects.all()[: settings.AUDIT_SEQUENCE_ENTRIES].count()
                since = (since or time.monotonic()) if waiting else None
                if unsure or (since and self._due(waiting, since)):
                    self.once()
                    unsure, since = False, None
            except (DatabaseError, Refused, Incomplete, InvalidSignedNote, OSError) as error:
                logger.error("The log is not sealed: %s: %s", type(error).__name__, error)
                close_old_connections()
                unsure, pause = True, _RETRY_SECONDS
            stopped.wait(pause)

    @staticmethod
    def _due(waiting: int, since: float) -> bool:
        """Whether enough wait, or for long enough, or somebody waits for one of them."""
        return (
            waiting >= settings.AUDIT_SEQUENCE_ENTRIES
            or time.monotonic() - since >= settings.AUDIT_SEQUENCE_SECONDS
            or Hurry.objects.exists()
        )

    def _take(self) -> int:
        """Gives places to a batch of those that wait, in one transaction; how many. None while another leads."""
        with transaction.atomic(durable=True):
            if not leader.lead():
                return 0
            self.reached("leading")
            waiting = batches.pending(BATCH)
            self.reached("read")
            entries = [each for each in waiting if not each.placed]
            batches.place([(each.entry, each.canonical) for each in entries], self.reached)
            batches.dequeue([each.entry for each in waiting])
            self.reached("taken")
        self.reached("committed")
        return len(entries)

    def _seal(self) -> None:
        """Signs the tree as it stands committed, when it has grown since it was signed. Raises Refused, Incomplete."""
        with transaction.atomic(durable=True):
            if not leader.lead():
                return
            if not (published := self._publish()):
                self._sign()
        self.reached("sealed")
        if published:
            self._seal()

    def _sign(self) -> None:
        size, last = tree_size(), last_checkpoint()
        previous = last.size if last else 0
        if size == previous:
            return
        tree = StoredTree(size)
        root = tree.root_at(size)
        if last:
            _check_continues(tree, last, root)
        self.reached("checked")
        signed = tree_checkpoints.Checkpoint(self.folder.origin, size, root)
        note = self.folder.sign(signed.following(previous, current_epoch()), tree.root_at)
        self.reached("signed")
        Checkpoint.objects.create(size=size, root=root, note=note, signed_at=clock.now())
        self.reached("inserted")

    def _publish(self) -> bool:
        """Whether a checkpoint that was signed was not in the database, and is now: a process died before it committed,
        or somebody deleted the row. It commits before the next one is signed, which names it as the one before.
        """
        last, signed = last_checkpoint(), self.folder.last_signed()
        if signed is None or not signed.note or signed.checkpoint.size <= (last.size if last else 0):
            return False
        size, root = signed.checkpoint.size, signed.checkpoint.root
        if signed.checkpoint.epoch != current_epoch() or size > tree_size():
            return False
        if StoredTree(size).root_at(size) != root:
            return False
        logger.warning("The checkpoint of %d entries was signed and is not in the database: put back.", size)
        Checkpoint.objects.create(size=size, root=root, note=signed.note, signed_at=clock.now())
        return True


def _check_continues(tree: StoredTree, last: Checkpoint, root: bytes) -> None:
    """Refused unless the stored tree still holds, at its beginning, the one that was signed last."""
    signed = bytes(last.root)
    if tree.size < last.size or tree.root_at(last.size) != signed:
        raise Refused(
            f"The tree of {tree.size} entries does not hold the one of {last.size} that was signed."
        )
    try:
        proof = consistency_proof(last.size, tree.size, tree.node)
        verify_consistency(last.size, tree.size, signed, root, proof)
    except InvalidProof as error:
        raise Refused(f"The tree of {tree.size} entries does not continue it: {error}") from None

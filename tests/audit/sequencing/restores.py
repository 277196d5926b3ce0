"""Backups and restores of a test's database, without leaving the test's transaction: a backup is a savepoint.

What lies outside the database, the keys' folder with its memory, stays as it is: as in a restore. A test that commits
has no such backups: `signed_more` makes the keys' folder remember what the database never held.
"""

import uuid
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from annotations.accounts.enums import Role
from annotations.audit import services
from annotations.audit.actors import WORKER, Actor
from annotations.audit.models import Epoch
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured, epochs
from annotations.audit.tree.checkpoints import Checkpoint

OFFICER = Actor("p-officer2", Role.PRIVACY_OFFICER)
SECOND = Actor("p-officer3", Role.PRIVACY_OFFICER)
REASON = "The disk of the database was lost."


@dataclass(frozen=True)
class Backup:
    """The database as it was."""

    savepoint: str

    @classmethod
    def take(cls) -> "Backup":
        return cls(transaction.savepoint())

    def restore(self) -> None:
        """It can be restored again and again; backups that were taken after it are gone then."""
        transaction.savepoint_rollback(self.savepoint)


def append(count: int = 1) -> list[uuid.UUID]:
    with transaction.atomic():
        return [services.append(lookup("account.signed_in"), WORKER).pk for _ in range(count)]


def seal(count: int = 1) -> int:
    """Writes so many entries and signs the tree; how many entries it then has."""
    append(count)
    sequencer = configured.own_sequencer()
    sequencer.once()
    last = sequencer.folder.last_signed()
    assert last
    return last.checkpoint.size


def declare() -> Epoch:
    return epochs.declare(configured.own_keys(), OFFICER, SECOND, REASON)


def memory() -> Path:
    return configured.own_keys().folder / "last-signed"


def signed_more(entries: int) -> None:
    """The keys' folder remembers that so many more were signed than the database holds, as after a restore."""
    folder = configured.own_keys()
    last = folder.last_signed()
    assert last
    lost = Checkpoint(folder.origin, last.checkpoint.size + entries, b"what was lost".ljust(32))
    folder.memory.keep_last(folder.sign_text(lost.format(), lost.size))

"""Whether the site may serve, and whether everything works: stable codes and a sentence for each reason against it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from annotations.audit import journal
from annotations.audit.integrity.status import integrity
from annotations.audit.subject_keys import Unreachable, store
from annotations.core.commands import command

_NAMED = 20
"""So many lines of the journal are named."""


@dataclass(frozen=True)
class Reason:
    """Why the site is not ready. `code` never changes, `message` says what to do."""

    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}


DATABASE_UNREACHABLE = Reason("database_unreachable", "The database does not answer. Try again in a moment.")
MIGRATIONS_MISSING = Reason(
    "migrations_missing", f"The database is older than the programs: run {command('migrate')}."
)
STORE_UNREACHABLE = Reason("subject_store_unreachable", "The store of subjects' keys does not answer.")
LOG_NOT_SEALED = Reason(
    "log_not_sealed",
    "Entries of the log have waited for longer than 30 seconds: the sequencer does not run, or refuses to sign a log "
    f"that was set back until an epoch is declared ({command('audit declare-epoch')}).",
)


def why_nothing_is_served() -> Reason | None:
    """Why no page may be shown and no task done; None as a rule.

    The database does not know what the journal tells, or neither can be asked.
    """
    try:
        found = journal.standing()
    except DatabaseError:
        return DATABASE_UNREACHABLE
    return Reason(found.code, found.message) if found.code else None


def reasons() -> list[Reason]:
    """Everything that stands against the site's work. Nothing else is asked while the database does not answer."""
    try:
        if not _migrated():
            return [MIGRATIONS_MISSING]
        return [reason for check in _CHECKS for reason in check()]
    except DatabaseError:
        return [DATABASE_UNREACHABLE]


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _journal() -> Iterator[Reason]:
    found = journal.standing()
    if found.code:
        numbers = ", ".join(str(line.number) for line in found.unknown[:_NAMED])
        lines = (
            f" Lines that it does not know: {numbers}{', …' if found.unknown[_NAMED:] else '.'}"
            if numbers
            else ""
        )
        yield Reason(found.code, found.message + lines)


def _storages() -> Iterator[Reason]:
    for name in ("vault", "renditions", "exports"):
        if not _writable(Path(storages[name].path(""))):
            yield Reason("storage_not_writable", f"The storage {name} cannot be written.")


def _writable(folder: Path) -> bool:
    """Whether files can be put there; a folder that is not there yet is made with the first."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK)


def _subject_keys() -> Iterator[Reason]:
    try:
        store().existing([])
    except Unreachable:
        yield STORE_UNREACHABLE


def _log() -> Iterator[Reason]:
    if integrity().stalled:
        yield LOG_NOT_SEALED


_CHECKS: tuple[Callable[[], Iterator[Reason]], ...] = (_journal, _storages, _subject_keys, _log)

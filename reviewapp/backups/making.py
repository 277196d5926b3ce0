"""Making a backup while the site runs: the database as it is at one moment, then the files that it may name.

A file that is deleted between the two is not in the backup, one that comes is in it for nothing: the sweeps that find
what a dead process left find both. Everything is written into a folder that gets its name at the end.
"""

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import journal, log, services as audit
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.canonical import timestamp
from annotations.audit.integrity.status import last_checkpoint
from annotations.audit.subject_keys import store
from annotations.core import clock, ids
from reviewapp.backups import manifest
from reviewapp.backups.databases import own_database
from reviewapp.backups.manifest import BackedUp, Manifest

Tell = Callable[[str], None]
KEYS = "subject-keys.jsonl"
_UNFINISHED = ".unfinished"


class Refused(Exception):
    """The backup is not made, and why."""


def make(target: Path, tell: Tell, *, renditions: bool = False, keys: Path | None = None) -> Manifest:
    """A backup in the folder `target`, which does not exist yet; the store of subjects' keys in `keys`, when asked for.

    Raises Refused, Unusable, ProgramMissing, OSError, and what the log and the journal raise.
    """
    for folder in (target, keys):
        if folder and folder.exists():
            raise Refused(f"{folder} exists already. Nothing is overwritten: name another folder.")
    if keys and (keys.is_relative_to(target) or target.is_relative_to(keys)):
        raise Refused("Keep the keys apart from the backup: whoever has both can undo what was erased since.")
    backup = str(ids.random_id())
    known, log_size = _begin(backup)
    with _named_at_the_end(target) as folder:
        tell("copying the database")
        database = own_database()
        database.copy(folder)
        files = [manifest.measured(folder, database.file)]
        for name in ("vault", "exports", *(("renditions",) if renditions else ())):
            files += _copy_files(name, folder, tell)
        made = Manifest(
            backup=backup,
            made_at=timestamp(clock.now()),
            origin=settings.AUDIT_ORIGIN,
            engine=database.engine,
            renditions=renditions,
            journal=known,
            log_size=log_size,
            wrapping=manifest.check_values(rings()),
            files=tuple(files),
        )
        _write(folder / manifest.NAME, made.content())
    if keys:
        _copy_keys(keys, backup, tell)
    _log_made(made)
    return made


def rings() -> dict[str, dict[str, bytes]]:
    """The wrapping keys of this site, by what they are for. They are in no backup: the operator keeps them."""
    return {"vault": settings.VAULT_KEYS, "subjects": settings.SUBJECT_KEYS, "journal": settings.JOURNAL_KEYS}


@transaction.atomic
def _begin(backup: str) -> tuple[journal.Known, int]:
    """On the log before anything leaves, and in the journal: no restore goes without a journal unnoticed."""
    audit.append(log.BACKUP_BEGUN, COMMAND_LINE, data={"backup": backup})
    journal.record(journal.Kind.BACKUP_BEGUN, COMMAND_LINE, {"backup": backup})
    checkpoint = last_checkpoint()
    return journal.last_known(), checkpoint.size if checkpoint else 0


@transaction.atomic
def _log_made(made: Manifest) -> None:
    data = {"backup": made.backup, "files": len(made.files), "manifest": made.digest}
    audit.append(log.BACKUP_MADE, COMMAND_LINE, data=data)


@contextmanager
def _named_at_the_end(target: Path) -> Iterator[Path]:
    """A folder of mode 0700 that gets its name when the block ends well, and goes when it does not.

    Killed, it keeps a name that no restore takes.
    """
    target = target.absolute()
    folder = Path(tempfile.mkdtemp(_UNFINISHED, f".{target.name}.", target.parent))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            _sync(path)
    folder.rename(target)
    _sync(target.parent)


def _copy_files(name: str, folder: Path, tell: Tell) -> Iterator[BackedUp]:
    count = 0
    for path in files_of(name):
        target = folder / name / path
        for parent in reversed(target.relative_to(folder).parents):
            (folder / parent).mkdir(mode=0o700, exist_ok=True)
        try:
            with storages[name].open(path) as source, _private(target) as copy:
                shutil.copyfileobj(source, copy)
                copy.flush()
                os.fsync(copy.fileno())
        except (
            FileNotFoundError
        ):  # deleted meanwhile: the database of the backup still names it, the site does not
            target.unlink(missing_ok=True)
            continue
        yield manifest.measured(folder, f"{name}/{path}")
        count += 1
        if count % 100 == 0:
            tell(f"{count} files of {name} copied")
    tell(f"{count} files of {name} copied")


def files_of(name: str, folder: str = "") -> Iterator[str]:
    """The names of all files in the storage, folder by folder."""
    try:
        folders, files = storages[name].listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{each}" for each in sorted(files))
    for each in sorted(folders):
        yield from files_of(name, f"{folder}{each}/")


def _copy_keys(folder: Path, backup: str, tell: Tell) -> None:
    rows = store().rows()
    with transaction.atomic():
        audit.append(log.KEYS_COPIED, COMMAND_LINE, data={"backup": backup, "keys": len(rows)})
    with _named_at_the_end(folder) as unfinished:
        lines = (json.dumps({**asdict(row), "wrapped": row.wrapped.hex()}) + "\n" for row in rows)
        _write(unfinished / KEYS, "".join(lines).encode())
    tell(f"{len(rows)} keys of subjects copied")


def _write(path: Path, content: bytes) -> None:
    with _private(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _private(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR), "wb")


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""Bringing an empty site back from a backup.

The order makes it safe to be killed anywhere and begun again: everything is verified before anything is written; files
come before the database that names them; that it was restored stands in the journal before the database is there, so
that nothing is served until the journal was replayed.
"""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.core.management import call_command

from annotations.audit import journal
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.journal import Kind
from annotations.audit.subject_keys import store
from annotations.audit.subject_keys.store import KeyRow
from annotations.core.commands import command
from reviewapp.backups import manifest
from reviewapp.backups.databases import Database, own_database
from reviewapp.backups.making import KEYS, Refused, files_of, rings
from reviewapp.backups.manifest import STORAGES, BackedUp, Manifest, Unusable
from reviewapp.backups.replay import replay

Tell = Callable[[str], None]


def restore(
    source: Path, tell: Tell, *, keys: Path | None = None, journal_lost: bool = False
) -> Counter[Kind]:
    """Brings the site back and replays the journal; how many lines of each kind were replayed.

    Raises Unusable and Refused, with nothing written; ProgramMissing, and what `replay` raises.
    """
    made = manifest.read(source)
    database = own_database()
    if made.engine != database.engine:
        raise Unusable(f"The backup is of a database of {made.engine}, and this site uses {database.engine}.")
    if made.origin != settings.AUDIT_ORIGIN:
        raise Unusable(f"The backup is of the site {made.origin}, and this one is {settings.AUDIT_ORIGIN}.")
    tell(f"verifying {len(made.files)} files of the backup of {made.made_at}")
    manifest.verify(source, made, tell)
    rows = _keys_of(keys) if keys else []
    _check_empty(database, made)
    _check_keys(made)
    anew = _journal_lacks(made)
    if anew and not journal_lost:
        raise Refused(anew)
    _put_files(source, made, tell)
    if rows:
        store().put_back(rows)
        tell(f"{len(rows)} keys of subjects put back")
    _write_ahead(made, anew=bool(anew))
    tell("bringing the database back")
    database.load(source)
    call_command("migrate", verbosity=0)
    tell("replaying the journal")
    return replay(COMMAND_LINE)


def begin_journal_anew() -> Counter[Kind]:
    """Begins another journal for a database whose own is lost or altered. Raises Refused when it is whole."""
    if journal.standing().code not in {"journal_behind", "journal_altered"}:
        raise Refused("The journal is there, and whole. Nothing was done.")
    journal.begin_anew(COMMAND_LINE, journal.last_known())
    return replay(COMMAND_LINE)


def _check_empty(database: Database, made: Manifest) -> None:
    if not database.is_empty():
        raise Refused(
            "The database of this site is not empty. Move it away (SQLite: the file with those that begin like it; "
            "PostgreSQL: drop it and create it anew), then try again. Nothing was changed. If it was restored just "
            f"now: {command('migrate')}, then {command('restore --replay')}."
        )
    wanted = {each.path for each in made.files}
    for name in STORAGES:
        for path in files_of(name):
            if f"{name}/{path}" not in wanted:
                raise Refused(
                    f"The storage {name} holds {path}, which is not of this backup. Move what is in it away, then try "
                    "again. Nothing was changed."
                )


def _check_keys(made: Manifest) -> None:
    if lacking := list(manifest.lacking_keys(made.wrapping, manifest.check_values(rings()))):
        raise Refused(
            f"These wrapping keys are not the ones that the backup was made with, or not there: {', '.join(lacking)}. "
            "Put the key files back that you keep apart, then try again. Nothing was changed."
        )


def _journal_lacks(made: Manifest) -> str:
    """Why the journal is not the one of this backup, in words; empty when it is."""
    lines = {line.number: line.digest for line in journal.own_file().lines()}
    if not made.journal.number or lines.get(made.journal.number) == made.journal.digest:
        return ""
    return (
        f"The journal at {journal.own_file().path} does not hold line {made.journal.number}, which the backup knows: "
        "it is lost, or another one. Bring it back. Only if it is lost for good: --journal-lost; withdrawals and "
        "erasures that came after the backup are then to be done again by hand."
    )


def _put_files(source: Path, made: Manifest, tell: Tell) -> None:
    """Those that are there already, from an attempt before, stay."""
    stored = [each for each in made.files if "/" in each.path]
    for number, each in enumerate(stored, 1):
        name, _, path = each.path.partition("/")
        if not _is_there(name, path, each):
            storages[name].delete(path)
            with (source / each.path).open("rb") as file:
                storages[name].save(path, File(file))
            if not _is_there(name, path, each):
                raise Unusable(f"{source / each.path} changed while it was copied.")
        if number % 100 == 0 or number == len(stored):
            tell(f"{number} of {len(stored)} files put back")


def _is_there(name: str, path: str, wanted: BackedUp) -> bool:
    storage = storages[name]
    if not storage.exists(path) or storage.size(path) != wanted.bytes:
        return False
    with storage.open(path) as file:
        return manifest.digest_of(file) == wanted.sha256


def _keys_of(folder: Path) -> list[KeyRow]:
    try:
        lines = (folder / KEYS).read_text().splitlines()
        told = [json.loads(line) for line in lines]
        return [KeyRow(**{**each, "wrapped": bytes.fromhex(each["wrapped"])}) for each in told]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Unusable(f"{folder / KEYS} cannot be read: {error}") from None


def _write_ahead(made: Manifest, *, anew: bool) -> None:
    """That the site was restored: until this line is replayed nothing is served. Once, however often it is tried."""
    if anew:
        journal.begin_anew(COMMAND_LINE, made.journal)
    told = {"manifest": made.digest, "made_at": made.made_at}
    lines = journal.own_file().lines()
    if not lines or (lines[-1].kind, lines[-1].data) != (Kind.RESTORED, told):
        journal.write_ahead(Kind.RESTORED, COMMAND_LINE, told, made.journal)

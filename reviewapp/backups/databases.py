"""The database as one file, and back: SQLite by its own backup, PostgreSQL by its own programs."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Protocol

from django.db import connection, connections

from reviewapp.backups.manifest import Unusable

_WITHOUT = ("--no-owner", "--no-privileges")


class ProgramMissing(Exception):
    """The database's own program is not installed here, and what to do."""


class Database(Protocol):
    """The site's database, as its engine copies it."""

    engine: str
    file: str

    def copy(self, folder: Path) -> None:
        """Writes a snapshot of one moment into `folder / file`, while the site runs."""

    def is_empty(self) -> bool:
        """Whether it has no table."""

    def load(self, folder: Path) -> None:
        """Brings the snapshot back, whole or not at all. The database is empty. Raises Unusable."""


def own_database() -> Database:
    return PostgreSQL() if connection.vendor == "postgresql" else SQLite()


class SQLite:
    """Copied by SQLite's online backup, and put in place by renaming."""

    engine = "sqlite"
    file = "database.sqlite3"

    @property
    def _path(self) -> Path:
        return Path(connection.settings_dict["NAME"])

    def copy(self, folder: Path) -> None:
        _copy(self._path, folder / self.file)

    def is_empty(self) -> bool:
        return not connection.introspection.table_names()

    def load(self, folder: Path) -> None:
        connections.close_all()
        fresh = self._path.with_name(f".{self._path.name}.restored")
        fresh.unlink(missing_ok=True)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _copy(folder / self.file, fresh)
        except sqlite3.DatabaseError as error:
            raise Unusable(f"{folder / self.file} cannot be read: {error}") from None
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        fresh.replace(self._path)


def _copy(source: Path, target: Path) -> None:
    """In one step: a writer that came between two would make it begin again."""
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as before,
        closing(sqlite3.connect(target)) as after,
    ):
        before.backup(after)
        after.execute("PRAGMA journal_mode = DELETE")
        if after.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("its pages are damaged")
    with target.open("rb") as file:
        os.fsync(file.fileno())


class PostgreSQL:
    """Copied by pg_dump, brought back by pg_restore in one transaction, as the role of DATABASE_URL."""

    engine = "postgresql"
    file = "database.dump"

    def copy(self, folder: Path) -> None:
        target = folder / self.file
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
        _run("pg_dump", "--format", "custom", *_WITHOUT, "--file", str(target))
        with target.open("rb") as file:
            os.fsync(file.fileno())

    def is_empty(self) -> bool:
        return not connection.introspection.table_names()

    def load(self, folder: Path) -> None:
        connections.close_all()
        options = ("--exit-on-error", "--single-transaction", *_WITHOUT)
        _run("pg_restore", *options, "--dbname", connection.settings_dict["NAME"], str(folder / self.file))


def _run(program: str, *arguments: str) -> None:
    """Runs it with the password in its environment, where no other user sees it. Raises Unusable, ProgramMissing."""
    place = shutil.which(program) or _newest(program)
    if place is None:
        raise ProgramMissing(
            f"{program} is not installed here. On Debian: apt-get install postgresql-client. Its version must be that "
            "of the server, or a later one to copy."
        )
    settings = connection.settings_dict
    variables = {
        "PATH": os.defpath,
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"]),
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
    }
    given = {name: value for name, value in variables.items() if value}
    done = subprocess.run([place, *arguments], env=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unusable(f"{program} failed: {done.stderr.strip()}")


def _newest(program: str) -> str | None:
    """Where Debian keeps it beside the server, off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else None

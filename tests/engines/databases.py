"""Migrated databases, cheap to have many of: a template is made once per run and copied for whoever needs one.

The log's triggers refuse the flush by which Django's TransactionTestCase cleans up, and weakening them is out of
the question: a test that commits gets a database of its own instead.
"""

import fcntl
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from reviewapp.settings import environment
from tests.engines.postgresql import APP, OWNER

TEMPLATE = "review_template"
"""A migrated database, which most tests start from."""
EMPTY = "template1"
"""PostgreSQL's own template."""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Lets one process of the run in at a time."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def use(url: str) -> None:
    """Points Django's connection, in every thread, to another database."""
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
    chosen = environment.database(url)
    for name in ("NAME", "USER", "HOST", "PORT"):
        connections.settings["default"][name] = chosen.get(name, "")


def migrate(url: str) -> None:
    use(url)
    call_command("migrate", verbosity=0)


class SQLiteDatabases:
    """Copies of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(
        self, template: str = TEMPLATE, fill: Callable[[str], None] = migrate, *, start: str = ""
    ) -> None:
        """Makes a template, once for all processes of the run: `fill` gets the URL of an empty database, or of a copy
        of the template `start`. Which database Django uses afterwards is the caller's to say.
        """
        target = self._template(template)
        with only_one(self.folder):
            if not target.exists():
                if start:
                    shutil.copyfile(self._template(start), f"{target}.new")
                fill(f"sqlite:///{target}.new")
                connections.close_all()
                with sqlite3.connect(f"{target}.new") as database:
                    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.close()
                Path(f"{target}.new").rename(target)

    def _template(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"

    def create(self) -> str:
        """The URL of a new database."""
        return self.copy(TEMPLATE)

    def empty(self) -> str:
        """The URL of a database without tables, for a test of migrations."""
        return f"sqlite:///{self.folder / uuid.uuid4().hex}.sqlite3"

    def copy(self, template: str) -> str:
        """The URL of a copy of a template, for a test of migrations."""
        path = self.folder / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copyfile(self._template(template), path)
        return f"sqlite:///{path}"

    def subject_store(self) -> str:
        """The URL of a store of subjects' keys; every test gets one of its own in its folder."""
        return f"sqlite:///{self.folder / 'subjects.sqlite3'}"

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)


class PostgreSQLDatabases:
    """Databases owned by `review_owner`, used as `review_app`: the log's triggers and grants are the real ones."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def prepare(
        self, template: str = TEMPLATE, fill: Callable[[str], None] = migrate, *, start: str = ""
    ) -> None:
        """Makes a template, once for all processes of the run: `fill` gets the URL of an empty database, or of a copy
        of the template `start`. Which database Django uses afterwards is the caller's to say.
        """
        with only_one(self.folder), self._admin() as server:
            names = server.execute("SELECT datname FROM pg_database").fetchall()
            if (template,) in names:
                return
            self._create(server, "unfinished", start or EMPTY)
            fill(self._url("unfinished", OWNER))
            use(self._url("unfinished", APP))
            server.execute(sql.SQL("ALTER DATABASE unfinished RENAME TO {}").format(sql.Identifier(template)))

    def create(self, role: str = APP) -> str:
        """The URL of a new database, for the application's role or another one."""
        return self._copy(TEMPLATE, role)

    def empty(self) -> str:
        """The URL of a database without tables, for a test of migrations, as the tables' owner."""
        name = f"review_{uuid.uuid4().hex}"
        with self._admin() as server:
            self._create(server, name)
        return self._url(name, OWNER)

    def copy(self, template: str) -> str:
        """The URL of a copy of a template, for a test of migrations, as the tables' owner."""
        return self._copy(template, OWNER)

    def _copy(self, template: str, role: str) -> str:
        name = f"review_{uuid.uuid4().hex}"
        with self._admin() as server:
            self._create(server, name, template)
        return self._url(name, role)

    def subject_store(self) -> str:
        """The URL of a store of subjects' keys, for this process: an empty database of the application's role."""
        name = f"subjects_{uuid.uuid4().hex}"
        with self._admin() as server:
            self._create(server, name, owner=APP)
        return self._url(name, APP)

    def drop(self, url: str) -> None:
        name = url.rsplit("/", 1)[1]
        with self._admin() as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(
        self, server: psycopg.Connection, name: str, template: str = EMPTY, owner: str = OWNER
    ) -> None:
        """Copies files where it can be chosen (from PostgreSQL 15 on): half the work of copying by the log."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        how = sql.SQL(" STRATEGY FILE_COPY" if server.info.server_version >= 150000 else "")
        server.execute(statement.format(*map(sql.Identifier, (name, owner, template))) + how)

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self._url("postgres", "postgres"), autocommit=True)

    def _url(self, name: str, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/{name}"


Databases = SQLiteDatabases | PostgreSQLDatabases


def databases() -> Databases:
    """The databases of this run's column, in the folder and on the servers that `tests/conftest.py` set up."""
    folder = Path(os.environ["TEST_ENGINES"])
    if settings.TEST_DATABASE == "postgresql":
        return PostgreSQLDatabases(folder, int(os.environ["TEST_POSTGRESQL_PORT"]))
    return SQLiteDatabases(folder)

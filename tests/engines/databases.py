"""Migrated databases, cheap to have many of: one template per run, copied for whoever needs one.

The log's triggers refuse the flush by which Django's TransactionTestCase cleans up, and weakening them is out of
the question: a test that commits gets a database of its own instead.
"""

import fcntl
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
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


class SQLiteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Makes the template, once for all processes of the run."""
        with only_one(self.folder):
            if not self._template.exists():
                use(f"sqlite:///{self._template}.new")
                call_command("migrate", verbosity=0)
                connections.close_all()
                with sqlite3.connect(f"{self._template}.new") as database:
                    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.close()
                Path(f"{self._template}.new").rename(self._template)

    @property
    def _template(self) -> Path:
        return self.folder / "template.sqlite3"

    def create(self) -> str:
        """The URL of a new database."""
        path = self.folder / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        """The URL of a database without tables, for a test of migrations."""
        return f"sqlite:///{self.folder / uuid.uuid4().hex}.sqlite3"

    def migrated(self) -> str:
        """The URL of a new database, for a test of migrations."""
        return self.create()

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

    def prepare(self) -> None:
        """Makes the template, once for all processes of the run."""
        with only_one(self.folder), self._admin() as server:
            names = server.execute("SELECT datname FROM pg_database").fetchall()
            if (TEMPLATE,) in names:
                return
            self._create(server, "unfinished")
            use(self._url("unfinished", OWNER))
            call_command("migrate", verbosity=0)
            use(self._url("unfinished", APP))
            server.execute(sql.SQL("ALTER DATABASE unfinished RENAME TO {}").format(sql.Identifier(TEMPLATE)))

    def create(self, role: str = APP) -> str:
        """The URL of a new database, for the application's role or another one."""
        name = f"review_{uuid.uuid4().hex}"
        with self._admin() as server:
            self._create(server, name, TEMPLATE)
        return self._url(name, role)

    def empty(self) -> str:
        """The URL of a database without tables, for a test of migrations, as the tables' owner."""
        name = f"review_{uuid.uuid4().hex}"
        with self._admin() as server:
            self._create(server, name)
        return self._url(name, OWNER)

    def migrated(self) -> str:
        """The URL of a new database, for a test of migrations, as the tables' owner."""
        return self.create(OWNER)

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
        self, server: psycopg.Connection, name: str, template: str = "template1", owner: str = OWNER
    ) -> None:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        server.execute(statement.format(*map(sql.Identifier, (name, owner, template))))

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

"""A file of SQLite's own, for a site on one machine."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from annotations.audit.subject_keys.store import BY_SUBJECT, ONE_IN_USE, TABLE, Run, Unreachable

# `secure_delete` overwrites what is deleted with zeros. The journal holds the page as it was before: it is cut to
# nothing with every transaction (a write-ahead log would keep both until somebody checkpoints it). FULL: a key is on
# the disk before the detail that it encrypts is.
_PRAGMAS = (
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
)


class SQLiteFile:
    """The store at `path`, readable by its owner only."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    @contextmanager
    def session(self) -> Iterator[Run]:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as connection:
                for statement in (*_PRAGMAS, TABLE.format(bytes="BLOB"), ONE_IN_USE, BY_SUBJECT):
                    connection.execute(statement)

                def run(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
                    return connection.execute(statement, parameters).fetchall()

                yield run
        except (OSError, sqlite3.OperationalError) as error:
            raise Unreachable from error

    @contextmanager
    def together(self, run: Run) -> Iterator[None]:
        run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            run("ROLLBACK")
            raise
        run("COMMIT")

    def forget(self, run: Run) -> None:
        """Nothing is left: the deletion itself wrote zeros."""

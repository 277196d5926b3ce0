"""A database of PostgreSQL's own, for several machines. Its role owns the one table in it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import psycopg

from annotations.audit.subject_keys.store import BY_SUBJECT, ONE_IN_USE, TABLE, Run, Unreachable

_ONE_MAKES_THE_TABLE = 0x5375626A656374  # "Subject"


class PostgreSQLDatabase:
    """The store in the database that `url` names.

    A connection lives for one call: details are rare, and no pool has to survive forks and restarts of the store.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def session(self) -> Iterator[Run]:
        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:

                def run(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
                    written = statement.replace("?", "%s")
                    try:
                        cursor = connection.execute(written, parameters)
                    except psycopg.errors.UndefinedTable:
                        self._make_table(connection)
                        cursor = connection.execute(written, parameters)
                    return cursor.fetchall() if cursor.description else []

                yield run
        except psycopg.OperationalError as error:
            raise Unreachable from error

    def _make_table(self, connection: psycopg.Connection) -> None:
        with connection.transaction():
            # Two that create the same table at once would trip over each other.
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_MAKES_THE_TABLE])
            for statement in (TABLE.format(bytes="BYTEA"), ONE_IN_USE, BY_SUBJECT):
                connection.execute(statement)

    def together(self, run: Run) -> AbstractContextManager[None]:
        """Each statement by itself: one that held several rows could wait in a circle with one that destroys them."""
        return nullcontext()

    def forget(self, run: Run) -> None:
        """Writes the table anew without its dead rows. The server's own log of writes is recycled within its limits,
        so the store's database has no archive of it (docs/deployment.md).
        """
        run("VACUUM (FULL, ANALYZE) subject_key")

"""Searching databases: every table and column that the database itself names."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError
from psycopg import sql

from annotations.rights.scan import sessions
from annotations.rights.scan.matcher import Matcher
from annotations.rights.scan.progress import Progress
from annotations.rights.scan.report import Place, Report

_ROWS = 200
_TABLES = """
    SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    ORDER BY 1, 2"""
# What the planner remembers of columns: their commonest values and bounds, as they are.
_STATISTICS = (
    "SELECT tablename, attname, most_common_vals::text, histogram_bounds::text FROM pg_catalog.pg_stats"
)


class Tables:
    """Searches every value of every column as the bytes that it is, whatever its type."""

    def __init__(self, matcher: Matcher, report: Report, progress: Progress) -> None:
        self._matcher, self._report, self._progress = matcher, report, progress

    def sqlite(self, store: str, connection: BaseDatabaseWrapper) -> None:
        """A database of SQLite's, through Django's connection, which reads what is not committed, too."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            for (table,) in cursor.fetchall():
                try:
                    statement = f"SELECT * FROM {connection.ops.quote_name(table)}"  # noqa: S608
                    cursor.execute(statement)
                    columns = [column[0] for column in cursor.description]
                    self._rows(store, table, columns, iter(lambda: cursor.fetchmany(_ROWS), []))
                except DatabaseError as error:
                    self._report.could_not(Place(store, table), type(error).__name__)

    def postgresql(self, store: str, connection: psycopg.Connection[Any]) -> None:
        """A database of PostgreSQL's, in a transaction of the caller's or none.

        Rows come in the binary form of COPY, which is that of each type itself: bytes as they are, texts in UTF-8.
        """
        for schema, table in connection.execute(_TABLES).fetchall():
            named = sql.Identifier(schema, table)
            allowed = connection.execute(
                "SELECT has_table_privilege(%s, 'SELECT')", [named.as_string(connection)]
            ).fetchone()
            if not (allowed and allowed[0]):
                self._report.could_not(Place(store, table), "The database's role may not read it.")
                continue
            described = (
                connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(named)).description or []
            )
            columns = [column.name for column in described]
            statement = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT BINARY)").format(named)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                self._rows(store, table, columns, _batches(copy.rows()))
        statistics = connection.execute(_STATISTICS).fetchall()
        for table, column, *values in statistics:
            place = Place(store, f"statistics of {table}.{column}")
            self._report.found(place, self._matcher.count(map(_bytes, values)))

    def _rows(
        self, store: str, table: str, columns: Sequence[str], batches: Iterable[Sequence[Sequence[Any]]]
    ) -> None:
        for rows in batches:
            self._report.searched[store] += len(rows)
            whole = b"\0".join(_bytes(value) for row in rows for value in row)
            self._progress.searched(things=len(rows), length=len(whole))
            # Only where something stands is it asked in which column.
            if self._matcher.stands_in(whole) or sessions.PACKED.search(whole):
                for row in rows:
                    self._values(store, table, columns, row)

    def _values(self, store: str, table: str, columns: Sequence[str], row: Sequence[Any]) -> None:
        for column, value in zip(columns, row, strict=True):
            content = _bytes(value)
            place = Place(store, f"{table}.{column}")
            self._report.found(place, self._matcher.count([content]))
            for inner in sessions.unpacked(content):
                self._report.found(place, self._matcher.count([inner]))


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    some: list[Sequence[Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == _ROWS:
            yield some
            some = []
    if some:
        yield some


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()

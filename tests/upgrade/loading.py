"""Brings the text of an old database into a new one, in either engine."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from annotations.audit.database.enqueueing import QUEUE
from tests.engines.postgresql import OWNER

OLD = Path(__file__).resolve().parent / "var-922aa1e"

# The names of a table's columns, and its rows.
Content = tuple[list[str], list[tuple[Any, ...]]]


def load(name: str, url: str) -> None:
    """Fills the empty database at `url` with what the fixture holds under `name` (`site` or `partial`)."""
    if url.startswith("sqlite:///"):
        load_sqlite(OLD / f"{name}.sql", Path(url.removeprefix("sqlite:///")))
    else:
        _load_postgresql(name, url)


def load_sqlite(script: Path, database: Path) -> None:
    """Runs the script on a new file."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(database) as connection:
        connection.executescript(f"BEGIN; {script.read_text()} COMMIT;")
    connection.close()


def copy_keys(folder: Path) -> Path:
    """The keys in a folder of the test's own: the sequencer writes into it."""
    return shutil.copytree(OLD / "keys", folder)


def _load_postgresql(name: str, url: str) -> None:
    """The schema as its owner, then the rows of SQLite's dump, each value cast to the type of its column."""
    with psycopg.connect(url) as owner:
        owner.execute((OLD / f"{name}.postgresql.sql").read_text().encode())
    # Rows come in any order: only a superuser may suspend the foreign keys.
    with psycopg.connect(url.replace(OWNER, "postgres", 1)) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("SET timezone = 'UTC'")
        tables = _rows(OLD / f"{name}.sql")
        queue = tables.pop(QUEUE, None)
        for table, content in tables.items():
            _insert(server, table, content)
        # The log's trigger, which nothing suspends, queued every entry anew; those of the dump have their places.
        server.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(QUEUE)))
        if queue:
            _insert(server, QUEUE, queue)


def _rows(script: Path) -> dict[str, Content]:
    """What each table of the dump holds that holds anything."""
    found = {}
    with sqlite3.connect(":memory:") as memory:
        memory.executescript(script.read_text())
        tables = memory.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        for (table,) in tables.fetchall():
            cursor = memory.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            if rows := cursor.fetchall():
                found[table] = [column[0] for column in cursor.description], rows
    memory.close()
    return found


def _insert(server: psycopg.Connection, table: str, content: Content) -> None:
    names, rows = content
    described = server.execute(
        "SELECT column_name, udt_name, is_identity FROM information_schema.columns WHERE table_name = %s",
        [table],
    ).fetchall()
    types = {name: kind for name, kind, _ in described}
    casts = sql.SQL(", ").join(
        # SQLite keeps truth as 0 and 1.
        sql.SQL("%s::integer::boolean" if types[name] == "bool" else f"%s::{types[name]}")
        for name in names
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), columns, casts)
    server.cursor().executemany(insert, rows)
    for name, _, identity in described:
        if identity == "YES":
            restart = "SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({}) FROM {}))"
            server.execute(
                sql.SQL(restart).format(sql.Identifier(name), sql.Identifier(table)), [table, name]
            )

"""A backup of everything but the store of subjects' keys, and reading it without the product."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection

STORAGES = ("default", "vault", "renditions", "exports")

Row = dict[str, Any]


@dataclass(frozen=True)
class Backup:
    """`folder` holds the database (SQLite's file, or what SQL gives of PostgreSQL's) and the files of the storages."""

    folder: Path

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every row with the name of its table; bytes are bytes."""
        if (self.folder / "site.sqlite3").exists():
            yield from _rows_of_sqlite(self.folder / "site.sqlite3")
        else:
            for path in sorted((self.folder / "tables").iterdir()):
                for line in path.read_text().splitlines():
                    yield path.stem, {name: _plain(value) for name, value in json.loads(line).items()}

    def files(self) -> Iterator[Path]:
        """Every file of the storages."""
        for name in STORAGES:
            yield from (path for path in sorted((self.folder / name).rglob("*")) if path.is_file())


def back_up(folder: Path) -> Backup:
    """As it is now."""
    folder.mkdir()
    for name in STORAGES:
        storage = storages[name]
        assert isinstance(storage, FileSystemStorage)
        source = Path(storage.location)
        if source.exists():
            shutil.copytree(source, folder / name)
    broker = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("data_folder_in")
    if broker:
        shutil.copytree(Path(broker).parent, folder / "broker")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / "site.sqlite3")])
    else:
        _tables(folder / "tables")
    return Backup(folder)


def _tables(folder: Path) -> None:
    """Every table as lines of JSON."""
    folder.mkdir()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            names = [column.name for column in cursor.description]
            lines = [
                json.dumps(dict(zip(names, map(_written, row), strict=True))) for row in cursor.fetchall()
            ]
            (folder / f"{table}.json").write_text("\n".join(lines))


def _written(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"bytes": bytes(value).hex()}
    return value if isinstance(value, int | float | None) else str(value)


def _plain(value: Any) -> Any:
    return bytes.fromhex(value["bytes"]) if isinstance(value, dict) else value


def _rows_of_sqlite(path: Path) -> Iterator[tuple[str, Row]]:
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                yield table, dict(row)

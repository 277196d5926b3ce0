"""Which stores there are, as the settings say, and searching all of them."""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from annotations.rights.scan import redis_keys
from annotations.rights.scan.files import Files
from annotations.rights.scan.matcher import Matcher
from annotations.rights.scan.pictures import Pictures
from annotations.rights.scan.progress import Progress
from annotations.rights.scan.report import Place, Report
from annotations.rights.scan.tables import Tables

DATABASE = "database"
DATABASE_FILES = "database files"
SUBJECT_KEYS = "subject keys"
BROKER = "broker"
CACHES = "caches"
PROGRAM_LOGS = "program logs"
TEMPORARY = "temporary files"
MODELS = "models"
SITE_FOLDER = "site folder"
ALSO = "also"
NOISE = frozenset({"vault", "staticfiles"})
"""Storages whose files are encrypted, or are those of every installation: short words stand there by chance."""

UNUSED = frozenset({"default", "staticfiles"})
"""Storages in which the site itself keeps nothing: their folders need not be there."""

THE_PROGRAM = frozenset({"BASE_DIR", "PERMISSION_MATRIX"})
"""Settings that name the program's own files."""


@dataclass(frozen=True)
class Searched:
    """What is given to each search."""

    matcher: Matcher
    pictures: Pictures
    files: Files
    tables: Tables
    report: Report


Search = Callable[[Searched], None]


def stores() -> dict[str, Search]:
    """Every store by its name, in the order in which they are searched."""
    found: dict[str, Search] = {
        DATABASE: _database,
        DATABASE_FILES: _database_files,
        SUBJECT_KEYS: _subject_keys,
    }
    found |= {alias: partial(_storage, alias) for alias in settings.STORAGES}
    return found | {
        BROKER: _broker,
        CACHES: _caches,
        PROGRAM_LOGS: _program_logs,
        MODELS: lambda searched: searched.files.whole(MODELS, Path(settings.MODELS_DIR), noise=True),
        SITE_FOLDER: _site_folder,
        TEMPORARY: lambda searched: searched.files.whole(
            TEMPORARY, Path(tempfile.gettempdir()), own_only=True
        ),
    }


def search(searched: Searched, *, also: Sequence[Path], without: Collection[str], progress: Progress) -> None:
    """Searches all stores but those `without`, and the files and folders `also`."""
    for path in _open_files():
        searched.files.keep_locks(path)
    for path in also:
        progress.begin(str(path))
        searched.files.whole(ALSO, path)
    searched.pictures.finish()
    for name, store in stores().items():
        if name not in without:
            progress.begin(name)
            store(searched)
            searched.pictures.finish()
    if also:
        searched.report.unsearched.pop(_ELSEWHERE, None)
    if any((path / "PG_VERSION").is_file() for path in also):
        searched.report.unsearched.pop(_CLOSED, None)


def _database(searched: Searched) -> None:
    for alias in connections:
        connection = connections[alias]
        if connection.vendor == "sqlite":
            searched.tables.sqlite(DATABASE, connection)
        else:
            searched.tables.postgresql(DATABASE, _psycopg(connection))


def _psycopg(connection: BaseDatabaseWrapper) -> psycopg.Connection[Any]:
    connection.ensure_connection()
    within: psycopg.Connection[Any] = connection.connection
    return within


def _database_files(searched: Searched) -> None:
    """Free pages, the write-ahead log and what else a database's own statements do not show."""
    for alias in connections:
        connection = connections[alias]
        if connection.vendor == "sqlite":
            for path in _files_of_sqlite(str(connection.settings_dict["NAME"])):
                searched.files.tree(DATABASE_FILES, path)
        else:
            _data_directory(searched, _psycopg(connection))


def _files_of_sqlite(path: str) -> list[Path]:
    return [Path(f"{path}{suffix}") for suffix in ("", "-wal", "-shm", "-journal")]


def _open_files() -> list[Path]:
    """The files of databases that this process may have open."""
    names = [str(connections[alias].settings_dict["NAME"]) for alias in connections]
    return [path for name in (*names, _subject_file()) if name for path in _files_of_sqlite(name)]


def _subject_file() -> str:
    """The file of the subjects' keys; empty where they are in a database of PostgreSQL's."""
    parts = urlsplit(settings.SUBJECT_STORE_URL)
    return unquote(parts.path.removeprefix("/")) if parts.scheme == "sqlite" else ""


def _data_directory(searched: Searched, connection: psycopg.Connection[Any]) -> None:
    """The server's folder, where this account may read it: this database, and the write-ahead log of all."""
    told = connection.execute(_DATA_DIRECTORY).fetchone()
    folder = Path(told[0]) if told and told[0] else None
    try:
        readable = folder is not None and (folder / "PG_VERSION").is_file()
    except OSError:
        readable = False
    if told is None or folder is None or not readable:
        searched.report.could_not(_CLOSED, "Its folder cannot be read from here: name a copy of it (--also).")
        return
    for name in (f"base/{told[1]}", "base/pgsql_tmp", "pg_wal"):
        searched.files.whole(DATABASE_FILES, folder / name)
    if any((folder / "pg_tblspc").iterdir()):
        searched.report.could_not(
            Place(DATABASE_FILES, "tablespaces"), "They lie elsewhere: name them (--also)."
        )


_DATA_DIRECTORY = """
    SELECT (SELECT setting FROM pg_settings WHERE name = 'data_directory'),
        (SELECT oid FROM pg_database WHERE datname = current_database())"""


def _subject_keys(searched: Searched) -> None:
    if file := _subject_file():
        for path in _files_of_sqlite(file):
            searched.files.tree(SUBJECT_KEYS, path)
        return
    url = settings.SUBJECT_STORE_URL
    try:
        with closing(psycopg.connect(url, autocommit=True, connect_timeout=5)) as connection:
            searched.tables.postgresql(SUBJECT_KEYS, connection)
    except psycopg.OperationalError:
        searched.report.could_not(Place(SUBJECT_KEYS, "PostgreSQL"), "The store does not answer.")


def _storage(alias: str, searched: Searched) -> None:
    storage, noise = storages[alias], alias in NOISE
    if isinstance(storage, FileSystemStorage):
        search = searched.files.tree if alias in UNUSED else searched.files.whole
        search(alias, Path(storage.location), noise=noise)
        return
    for name in _names(storage):
        with storage.open(name) as file:
            searched.files.stream(alias, name, file, noise=noise)


def _names(storage: Storage, folder: str = "") -> Iterator[str]:
    folders, names = storage.listdir(folder)
    yield from (f"{folder}{name}" for name in names)
    for each in folders:
        yield from _names(storage, f"{folder}{each}/")


def _broker(searched: Searched) -> None:
    url = settings.CELERY_BROKER_URL
    scheme = urlsplit(url).scheme
    if scheme in {"redis", "rediss"}:
        redis_keys.search(BROKER, url, searched.matcher, searched.report)
    elif scheme == "filesystem":
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        for folder in sorted({str(value) for name, value in options.items() if "folder" in name}):
            searched.files.whole(BROKER, Path(folder))
    elif scheme != "memory":
        searched.report.could_not(Place(BROKER, scheme), "This broker shows nobody the messages in it.")


def _caches(searched: Searched) -> None:
    for alias, cache in settings.CACHES.items():
        backend, location = str(cache["BACKEND"]), cache.get("LOCATION", "")
        if backend.endswith("FileBasedCache"):
            searched.files.whole(CACHES, Path(str(location)))
        elif backend.endswith("RedisCache"):
            for url in [location] if isinstance(location, str) else location:
                redis_keys.search(CACHES, url, searched.matcher, searched.report)
        elif not backend.endswith(("LocMemCache", "DummyCache", "DatabaseCache")):
            searched.report.could_not(Place(CACHES, alias), f"{backend} is not searched.")


def _program_logs(searched: Searched) -> None:
    """`./workbench up` keeps them in a folder of the site; on servers they go to whatever reads standard error."""
    folder = _var()
    if folder is None:
        searched.report.could_not(
            _ELSEWHERE, "They go to standard error: name the files in which they end (--also)."
        )
    else:
        searched.files.whole(PROGRAM_LOGS, folder / "log")


_ELSEWHERE = Place(PROGRAM_LOGS, "standard error")
_CLOSED = Place(DATABASE_FILES, "PostgreSQL")


def _site_folder(searched: Searched) -> None:
    """Whatever else lies where the settings say that the site keeps something."""
    named = {
        name: getattr(settings, name) for name in dir(settings) if name.isupper() and name not in THE_PROGRAM
    }
    for value in named.values():
        if isinstance(value, Path):
            searched.files.tree(SITE_FOLDER, value)
    searched.files.tree(SITE_FOLDER, Path(settings.CELERY_BEAT_SCHEDULE_FILENAME))


def _var() -> Path | None:
    folder = getattr(settings, "VAR_DIR", None)
    return Path(folder) if folder else None

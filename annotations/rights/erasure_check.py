"""Whether an erasure left anything: reads the tables and storages by themselves.

It knows nothing of what deletes, nor of the list of stores: it asks the database which tables and columns there are,
and says where an erased clip may still be named. A table that somebody adds later is searched without a line here.
"""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ahocorasick_rs import BytesAhoCorasick
from django.core.files.storage import Storage, storages
from django.db import connection

from annotations.audit.subject_keys import store

# Tables whose rows may refer to an erased clip.
MAY_REFER = {
    "clips_hold": "keeps it from being used",
    "moderation_flag": "goes with the fingerprint of discarded content",
    "moderation_fingerprint": "recognises discarded content until its time is over",
    "break_glass_breakglassaccess": "who may have seen the original",
    "datasets_releaseitem": "the tombstone in a frozen release",
    "rights_receiptlink": "which link to its receipt opens, as long as one does",
}
# Where its ids may stand besides: whole tables, or columns.
MAY_NAME = {
    "audit_logentry": "pseudonymous entries, for ever",
    "audit_pending": "ids of entries",
    "rights_erasure": "the erasure itself",
    "rights_legalhold.target": "what was kept by a legal hold before",
    "oversight_alert": "who watched what",
    "oversight_awaitedscope": "who watched what",
    "oversight_savedsearch": "filters by pseudonyms and ids",
    "core_outbox": "ids in messages, for a week",
    "moderation_finding.label": "what another clip was recognised as",
    "moderation_flag.evidence": "what another clip was recognised as",
    "clips_clip.id": "the tombstone",
    "clips_clip.public_id": "the tombstone",
}
# What a tombstone consists of.
TOMBSTONE = {"id", "public_id", "submitter_id", "submission_id", "owner_id", "consent_id", "received_at"}
EMPTY: tuple[Any, ...] = ("", "{}", "[]", b"", 0, None, {}, [])
# Whose files have names that rows tell.
SEARCHED = ("vault", "renditions")
_AT_ONCE = 500
_ROWS_AT_ONCE = 200
_FILES_AT_ONCE = 500
_SHOWN = 5

Finding = dict[str, Any]


@dataclass(frozen=True)
class Erased:
    """What was erased: public ids of clips, names of subjects, storages and names of files, and when that began."""

    kind: str
    target: str
    owner: str
    clips: tuple[str, ...]
    subjects: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    before: datetime


def findings(erased: Erased, on_progress: Callable[[], None] = lambda: None) -> list[Finding]:
    """What is left that should not be: the place, what it is in words, and how much. Empty when nothing is.

    `on_progress` is called now and then; it may raise, which ends the check.
    """
    found: list[Finding] = []
    named = [uuid.UUID(each) for each in erased.clips]
    ids: list[uuid.UUID] = []
    for public_ids in _some(named, _AT_ONCE):
        on_progress()
        rows = _rows("clips_clip", "public_id", public_ids)
        ids += [_as_uuid(row["id"]) for row in rows]
        found += _tombstones(rows)
    found += _rows_of(ids, on_progress)
    if named:
        search = _Search([*named, *ids])
        for table in _tables():
            found += _named_in(table, search, on_progress)
    found += _holders(erased)
    found += _words(erased)
    found += _keys(erased)
    found += _files(erased)
    on_progress()
    return found


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [each.name for each in connection.introspection.get_table_description(cursor, table)]


def _tombstones(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """Columns of an erased clip that still say something."""
    for row in rows:
        left = sorted(name for name, value in row.items() if name not in TOMBSTONE and value not in EMPTY)
        if left:
            yield _finding("clips_clip", f"columns that still say something: {', '.join(left)}", len(left))
    submissions = _rows("clips_submission", "id", [_as_uuid(row["submission_id"]) for row in rows])
    if count := sum(bool(each["idempotency_key"]) for each in submissions):
        yield _finding("clips_submission", "the key of the request that brought it", count)


def _rows_of(ids: list[uuid.UUID], on_progress: Callable[[], None]) -> Iterator[Finding]:
    """Rows that refer to the clips where none should."""
    for table in _tables():
        on_progress()
        for column, of in _references(table).items():
            if of != "clips_clip" or table in MAY_REFER:
                continue
            if count := _count_of(f"{_quoted(table)} WHERE {_quoted(column)} IN", ids):
                yield _finding(f"{table}.{column}", "rows that belong to the clip", count)
    upheld = "(SELECT clip_id FROM moderation_flag WHERE state = 'upheld')"
    forgotten = f"moderation_fingerprint WHERE clip_id NOT IN {upheld} AND clip_id IN"
    if count := _count_of(forgotten, ids):
        yield _finding("moderation_fingerprint", "fingerprints that nothing entitles to stay", count)


def _count_of(condition: str, ids: list[uuid.UUID]) -> int:
    """How many rows there are whose column at the end of the condition is one of the ids."""
    return sum(_count(f"{condition} ({_places(some)})", some) for some in _some(ids, _AT_ONCE))


def _references(table: str) -> dict[str, str]:
    """The columns that refer to other tables, and to which."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_relations(cursor, table)
    return {column: relation[1] for column, relation in found.items()}


class _Search:
    """The erased ids, in either spelling, looked for all at once: the time depends on what is searched, not on how many
    they are (Aho and Corasick, Efficient string matching, CACM 1975)."""

    def __init__(self, ids: Iterable[uuid.UUID]) -> None:
        self._names = BytesAhoCorasick(
            [spelling for each in ids for spelling in (str(each).encode(), each.hex.encode())]
        )

    def finds(self, content: bytes) -> bool:
        return bool(self._names.find_matches_as_indexes(content))


def _named_in(table: str, search: _Search, on_progress: Callable[[], None]) -> Iterator[Finding]:
    """Columns of any type that hold one of the ids, where they may not stand: each row is read once."""
    if table in MAY_NAME:
        return
    references = _references(table)
    columns = [
        name
        for name in _columns(table)
        if f"{table}.{name}" not in MAY_NAME and references.get(name) != "clips_clip"
    ]
    counts: Counter[str] = Counter()
    for rows in _contents(table, columns):
        on_progress()
        # Only where something stands is it asked in which column.
        if search.finds(b"\0".join(value for row in rows for value in row)):
            for row in rows:
                counts.update(
                    column for column, value in zip(columns, row, strict=True) if search.finds(value)
                )
    for column in columns:
        if counts[column]:
            yield _finding(f"{table}.{column}", "the number of an erased clip", counts[column])


def _contents(table: str, columns: list[str]) -> Iterator[list[list[bytes]]]:
    """The values of the columns as bytes, some rows at a time."""
    if not columns:
        return
    statement = f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(table)}"  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield [[_bytes(value) for value in row] for row in rows]


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, dict | list):
        return json.dumps(value).encode()
    return str(value).encode()


def _holders(erased: Erased) -> Iterator[Finding]:
    """How an erased household or camera was called."""
    if erased.kind == "owner":
        named = "clips_owner WHERE pseudonym = %s AND (sealed_reference IS NOT NULL OR lookup IS NOT NULL)"
        if _count(named, [erased.target]):
            yield _finding("clips_owner.sealed_reference", "how the submitter calls the household", 1)
        household = "(SELECT id FROM clips_owner WHERE pseudonym = %s)"
        cameras = f"clips_device WHERE owner_id IN {household}"
        if count := _count(cameras, [erased.target]):
            yield _finding("clips_device", "cameras of the household", count)
    if erased.kind == "device" and (count := _count("clips_device WHERE pseudonym = %s", [erased.target])):
        yield _finding("clips_device", "the camera", count)


def _words(erased: Erased) -> Iterator[Finding]:
    for subjects in _some(erased.subjects, _FILES_AT_ONCE):
        if count := _count(f"audit_entrydetail WHERE subject IN ({_places(subjects)})", subjects):
            yield _finding("audit_entrydetail", "words that people wrote", count)


def _keys(erased: Erased) -> Iterator[Finding]:
    """Keys that still exist, in their own store."""
    left = len(store().of_each(erased.subjects))
    if left:
        yield _finding("subject_key", "keys of erased subjects", left)


def _files(erased: Erased) -> Iterator[Finding]:
    """Files of the erased clips, and older files of which no row tells whose they are."""
    named = [f"{storage}/{name}" for storage, name in erased.files if storages[storage].exists(name)]
    if named:
        yield _finding("files", f"files that belonged to it: {', '.join(named[:_SHOWN])}", len(named))
    columns = [table for table in _tables() if "name" in _columns(table)]
    for storage in SEARCHED:
        old = (
            name
            for name in _walk(storages[storage])
            if storages[storage].get_modified_time(name) < erased.before
        )
        unnamed = sum(len(set(some) - _told(columns, some)) for some in _some(old, _FILES_AT_ONCE))
        if unnamed:
            yield _finding(storage, "files that no row names; the next sweep deletes them", unnamed)


def _told(tables: list[str], names: list[str]) -> set[str]:
    """Those of the names that some row holds as the name of a file."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in tables:
            statement = f"SELECT name FROM {_quoted(table)} WHERE name IN ({_places(names)})"  # noqa: S608
            cursor.execute(statement, names)
            found |= {name for (name,) in cursor.fetchall()}
    return found


def _walk(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in files)
    for each in folders:
        yield from _walk(storage, f"{folder}{each}/")


def _rows(table: str, column: str, ids: list[uuid.UUID]) -> list[dict[str, Any]]:
    statement = f"SELECT * FROM {_quoted(table)} WHERE {_quoted(column)} IN ({_places(ids)})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(ids))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _count(rest: str, parameters: Iterable[Any]) -> int:
    statement = f"SELECT COUNT(*) FROM {rest}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, _parameters(parameters))
        return int(cursor.fetchone()[0])


def _parameters(values: Iterable[Any]) -> list[Any]:
    """Ids as the database holds them."""
    native = connection.features.has_native_uuid_field
    return [each if native or not isinstance(each, uuid.UUID) else each.hex for each in values]


def _places(values: Iterable[Any]) -> str:
    return ", ".join("%s" for _ in values) or "NULL"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _as_uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def _some(values: Iterable[Any], most: int) -> Iterator[list[Any]]:
    portion: list[Any] = []
    for value in values:
        portion.append(value)
        if len(portion) == most:
            yield portion
            portion = []
    if portion:
        yield portion


def _finding(place: str, what: str, count: int) -> Finding:
    return {"place": place, "what": what, "count": count}

"""Puts made-up entries into the log, in a process of its own with Django's settings; `log_data.py` starts it.

python -m benchmarks.log_fill ENTRIES SEED CLIP_ROWS MIGRATE(0 or 1) DAYS
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, transaction

django.setup()

from annotations.audit.models import LogEntry  # noqa: E402
from benchmarks.log_lines import Writer  # noqa: E402
from benchmarks.log_rows import make_accounts, make_clips  # noqa: E402
from benchmarks.log_story import DAYS  # noqa: E402

COLUMNS = "id, canonical, occurred_at, action, actor, actor_role, clip, subject, purpose, request"
BATCH = 20_000


def fill(entries: int, seed: int, clip_rows: int, migrate: bool, days: int = DAYS) -> None:
    if migrate:
        call_command("migrate", verbosity=0)
    if LogEntry.objects.exists():
        raise SystemExit("The log of this database holds entries already.")
    begin = time.monotonic()
    writer = Writer(entries, seed, days)
    _say(begin, f"{entries} acts on {writer.clips} clips made up")
    with transaction.atomic():
        make_accounts(writer)
        make_clips(writer, clip_rows)
    with transaction.atomic(), connection.cursor() as cursor, rebuilt_indexes(cursor):
        (_copy if connection.vendor == "postgresql" else _insert)(cursor, writer)
        _say(begin, "entries in")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _say(begin, "indexes made")


def _copy(cursor: Any, writer: Writer) -> None:
    with cursor.copy(f"COPY audit_logentry ({COLUMNS}) FROM STDIN") as copy:
        for rows in writer.batches(BATCH):
            # Nothing here holds a tab, a line's end or a backslash, which this format would want escaped.
            copy.write(
                "".join(
                    f"{i}\t\\\\x{body.hex()}\t{moment}\t{action}\t{actor}\t{role}\t{clip or chr(92) + 'N'}\t"
                    f"{subject}\t{purpose}\t{request}\n"
                    for i, body, moment, action, actor, role, clip, subject, purpose, request in rows
                )
            )


def _insert(cursor: Any, writer: Writer) -> None:
    """As Django keeps them in SQLite: ids without dashes, times with a space and without a zone."""
    marks = ", ".join("?" * len(COLUMNS.split(",")))
    statement = f"INSERT INTO audit_logentry ({COLUMNS}) VALUES ({marks})"  # noqa: S608
    for rows in writer.batches(BATCH):
        cursor.connection.executemany(
            statement,
            (
                (
                    i.replace("-", ""),
                    body,
                    moment[:26].replace("T", " "),
                    action,
                    actor,
                    role,
                    clip and clip.replace("-", ""),
                    *rest,
                )
                for i, body, moment, action, actor, role, clip, *rest in rows
            ),
        )


@contextmanager
def rebuilt_indexes(cursor: Any) -> Iterator[None]:
    """Takes the log's indexes away, but not its primary key, and makes them again; on PostgreSQL only by its owner."""
    owned, found = True, []
    if cursor.db.vendor == "postgresql":
        cursor.execute(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'audit_logentry'::regclass"
        )
        owned = cursor.fetchone()[0]
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit_logentry'"
            " AND indexname NOT LIKE %s",
            ["%_pkey"],
        )
    else:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'audit_logentry' AND sql <> ''"
        )
    if owned:
        found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in found:
        cursor.execute(definition)


def _say(begin: float, what: str) -> None:
    print(f"{time.monotonic() - begin:7.1f} s  {what}", flush=True)


if __name__ == "__main__":
    fill(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1", int(sys.argv[5]))

"""The log, or a part of it, as a file."""

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from annotations.audit import registry
from annotations.audit.canonical import canonical
from annotations.audit.models import LogEntry
from annotations.audit.search import Filters, batches
from annotations.core import clock

_BATCH = 2_000
_COLUMNS = (
    "time",
    "action",
    "what happened",
    "person",
    "role",
    "clip",
    "owner",
    "purpose",
    "request",
    "data",
    "commitment",
    "entry",
)


class LogFormat(TextChoices):
    CSV = "csv", _("CSV, for a spreadsheet")
    JSON_LINES = "jsonl", _("JSON lines, the exact entries")


MEDIA_TYPES = {LogFormat.CSV: "text/csv; charset=utf-8", LogFormat.JSON_LINES: "application/jsonl"}


def write(filters: Filters, kind: LogFormat) -> Iterator[bytes]:
    """The entries that match and are there now, oldest first, in pieces; nobody's words are among them.

    JSON lines are the canonical bytes themselves, so that each line's hash is the entry's. Between two pieces no
    transaction, and outside one no connection, is kept open.
    """
    now = clock.now()
    until = min(filters.until, now) if filters.until else now
    make = _WRITERS[kind]
    yield make([], True)
    for entries in batches(dataclasses.replace(filters, until=until), _BATCH):
        piece = make(entries, False)
        if not connection.in_atomic_block:
            connection.close()
        yield piece


def _csv(entries: list[LogEntry], head: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    if head:
        writer.writerow(_COLUMNS)
    for entry in entries:
        body = json.loads(bytes(entry.canonical))
        writer.writerow(map(_cell, _row(entry, body)))
    return text.getvalue().encode()


def _row(entry: LogEntry, body: dict[str, Any]) -> tuple[object, ...]:
    return (
        body["time"],
        entry.action,
        registry.lookup(entry.action).present(body["data"]),
        entry.actor,
        entry.actor_role,
        entry.clip or "",
        entry.subject,
        entry.purpose,
        entry.request,
        canonical(body["data"]).decode(),
        body.get("commitment", ""),
        entry.id,
    )


def _cell(value: object) -> str:
    """Spreadsheets take a cell that begins like this for a formula and run it."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _json_lines(entries: list[LogEntry], head: bool) -> bytes:
    return b"".join(bytes(entry.canonical) + b"\n" for entry in entries)


_WRITERS: dict[LogFormat, Callable[[list[LogEntry], bool], bytes]] = {
    LogFormat.CSV: _csv,
    LogFormat.JSON_LINES: _json_lines,
}

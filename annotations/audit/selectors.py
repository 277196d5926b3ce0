"""Reading the log."""

import datetime
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from . import details
from .enums import DetailState
from .models import LogEntry
from .registry import lookup


@dataclass(frozen=True)
class Filters:
    """What the log is searched by; an empty filter matches all. Times are aware, `until` is exclusive."""

    actor: str = ""
    clip: uuid.UUID | None = None
    subject: str = ""
    action: str = ""
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


@dataclass(frozen=True)
class Line:
    """An entry as a person reads it. `detail` is what it tells in somebody's words, if `detail_state` is READABLE."""

    entry: LogEntry
    sentence: str
    data: dict[str, Any]
    detail: dict[str, Any] | None
    detail_state: DetailState = DetailState.NONE

    @property
    def lost_detail(self) -> str:
        """Why the detail cannot be shown, in words; empty when it is shown or when there never was one."""
        shown = self.detail_state in {DetailState.NONE, DetailState.READABLE}
        return "" if shown else str(self.detail_state.label)


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    next_cursor: str


def search(filters: Filters, *, cursor: str = "", size: int = 50) -> Page:
    """One page, newest first. `cursor` is what the page before gave (keyset: deep pages are no dearer).

    Raises ValueError for a cursor that was not made here.
    """
    entries = _filtered(filters)
    if cursor:
        moment, last = _parse(cursor)
        # The last condition says nothing new, but lets the index begin at the cursor.
        entries = entries.filter(Q(occurred_at__lt=moment) | Q(id__lt=last), occurred_at__lte=moment)
    found = list(entries.order_by("-occurred_at", "-id")[: size + 1])
    shown = found[:size]
    after = f"{shown[-1].occurred_at.isoformat()}~{shown[-1].id}" if len(found) > size else ""
    return Page(present(shown), after)


def is_cursor(text: str) -> bool:
    """Whether `search` takes it as a cursor."""
    try:
        _parse(text)
    except ValueError:
        return False
    return True


def names(pseudonym: str) -> bool:
    """Whether any entry tells of this pseudonym, as the one who acted or as the owner concerned."""
    return (
        LogEntry.objects.filter(actor=pseudonym).exists()
        or LogEntry.objects.filter(subject=pseudonym).exists()
    )


def of_clip(clip: uuid.UUID) -> list[Line]:
    """Everything that the log tells of one clip (by its public id), oldest first."""
    return present(list(LogEntry.objects.filter(clip=clip).order_by("occurred_at", "id")))


def present(entries: list[LogEntry]) -> list[Line]:
    """The entries with their sentences and their details, or what became of these."""
    told = details.read(entries)
    lines = []
    for entry in entries:
        data = json.loads(bytes(entry.canonical))["data"]
        detail = told.get(entry.id, details.Detail(DetailState.NONE))
        lines.append(Line(entry, lookup(entry.action).present(data), data, detail.content, detail.state))
    return lines


def _parse(cursor: str) -> tuple[datetime.datetime, uuid.UUID]:
    moment_text, _, identifier = cursor.partition("~")
    moment = datetime.datetime.fromisoformat(moment_text)
    if moment.tzinfo is None:
        raise ValueError(cursor)
    try:
        return moment.astimezone(datetime.UTC), uuid.UUID(identifier)
    except OverflowError:
        raise ValueError(cursor) from None


def _filtered(filters: Filters) -> QuerySet[LogEntry]:
    entries = LogEntry.objects.all()
    for column in ("actor", "clip", "subject", "action"):
        if value := getattr(filters, column):
            entries = entries.filter(**{column: value})
    if filters.since:
        entries = entries.filter(occurred_at__gte=filters.since)
    if filters.until:
        entries = entries.filter(occurred_at__lt=filters.until)
    return entries

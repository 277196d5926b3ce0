"""Searching the log: any combination of filters, page by page in both directions, with bounded work.

Each filter alone has an index in the order of time, so a page of it costs the same however long the log is. A
combination may have no hit in millions of entries; no set of indexes is fast for all of them. So a page walks along
its *rarest* filter, in windows of so many of its entries, and stops when its time is up: then `Page.searched_to` says
how far it came, and the next page goes on from there. See ADR 18.
"""

import datetime
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, Exists, Func, Q, QuerySet

from annotations.audit.models import LogEntry
from annotations.audit.registry import codes_of
from annotations.audit.selectors import Line, present
from annotations.core.errors import Invalid

# Entries of the rarest filter that the first window holds; each one after it is twice as large, up to the last number.
WINDOW, WIDEST = 4_000, 64_000
# Seconds that the windows of a page may take: at a first look, and for somebody who asked to go on.
FIRST_SECONDS, FURTHER_SECONDS = 0.06, 2.0
# No statement may take longer, whatever plan the database chose.
LIMIT_MS = 8_000

_RARE = ("request", "clip", "subject")  # a value of these has few entries, or nobody would search by it
_COMMON = {"actor": "actor", "action": "action", "purpose": "purpose", "role": "actor_role"}
# Their indexes leave out the entries that have none.
_MAY_BE_EMPTY = ("request", "purpose")
_EVERY = uuid.UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Filters:
    """What the log is searched by; an empty filter matches all. `action` is a code, or an area as `review.*`. Times are
    aware, `until` is exclusive.
    """

    actor: str = ""
    clip: uuid.UUID | None = None
    subject: str = ""
    action: str = ""
    purpose: str = ""
    role: str = ""
    request: str = ""
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None

    @property
    def area(self) -> list[str]:
        """All codes that are asked for, when not just the one: an area's, or those of a kind that had other codes."""
        found = codes_of(self.action) if self.action else []
        return found if found != [self.action] else []


class HasWords(Func):
    """Whether an entry commits to a detail. Asked of its bytes: the detail itself may be erased or missing."""

    output_field = BooleanField()
    sought = b'"commitment":"'

    def __init__(self) -> None:
        super().__init__("canonical")

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = f"INSTR(%(expressions)s, X'{self.sought.hex()}') > 0"
        return super().as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = f"POSITION('\\x{self.sought.hex()}'::bytea IN %(expressions)s) > 0"
        return super().as_sql(compiler, connection, template=template, **extra)


@dataclass(frozen=True)
class Page:
    """Newest first. `older` and `newer` are cursors, empty where nothing lies that way. `searched_to`: the page is not
    full, because the search was stopped there; its cursor goes on.
    """

    lines: list[Line]
    older: str
    newer: str
    searched_to: datetime.datetime | None = None


@dataclass(frozen=True)
class Place:
    """Where an entry stands in the order of the log."""

    moment: datetime.datetime
    entry: uuid.UUID

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}~{self.entry}"


def search(
    filters: Filters, *, cursor: str = "", newer: bool = False, size: int = 50, seconds: float = FIRST_SECONDS
) -> Page:
    """The page of entries before `cursor` (after it when `newer`), or the newest ones.

    Raises ValueError for a cursor that was not made here; Invalid `search_too_slow` when the database gave up.
    """
    start = _parse(cursor) if cursor else None
    with time_limit(LIMIT_MS):
        found, stopped = _Walk(filters, newer).take(start, size + 1, seconds)
        more, shown = len(found) > size, found[:size]
        if newer:
            if not more and not stopped:  # the newest page, and not less than a page of it
                return search(filters, size=size, seconds=seconds)
            shown.reverse()
        lines = present(shown)
    first, last = (_place(shown[0]), _place(shown[-1])) if shown else (start, start)
    goes_on = stopped or ((first if newer else last) if more else None)
    searched_to = stopped.moment if stopped else None
    if newer:
        return Page(lines, str(last or ""), str(goes_on or ""), searched_to)
    return Page(lines, str(goes_on or ""), str(first or "") if start else "", searched_to)


def onward(filters: Filters, *, cursor: str = "", size: int = 100) -> tuple[list[Line], str]:
    """A page in the order of time, beginning after `cursor`, and the cursor of the next one, empty after the last.

    Raises ValueError for a cursor that was not made here.
    """
    found, stopped = _Walk(filters, newer=True).take(
        _parse(cursor) if cursor else None, size + 1, FURTHER_SECONDS
    )
    shown = found[:size]
    place = stopped or (_place(shown[-1]) if len(found) > size else None)
    return present(shown), str(place or "")


def newest(
    filters: Filters, condition: Func | Exists, *, count: int, seconds: float = FURTHER_SECONDS
) -> tuple[list[LogEntry], datetime.datetime | None]:
    """Up to `count` matching entries for which a condition without an index of its own holds, newest first, and where
    in time the search was stopped before it came to its end.
    """
    walk = _Walk(filters, newer=False)
    found, stopped = walk.through_windows(walk.matching.filter(condition), None, count, seconds)
    return found, stopped.moment if stopped else None


def at(moment: datetime.datetime) -> str:
    """The cursor before which the entries up to and at this time lie."""
    return str(Place(moment.astimezone(datetime.UTC), _EVERY))


def is_cursor(text: str) -> bool:
    """Whether `search` takes it as a cursor."""
    try:
        _parse(text)
    except ValueError:
        return False
    return True


def matching(filters: Filters) -> QuerySet[LogEntry]:
    """All entries that the filters let through, in no order. For reading in batches; a page is `search`."""
    entries = _having(_equal(filters))
    if area := filters.area:
        entries = entries.filter(action__in=area)
    return _within(entries, filters)


def batches(filters: Filters, size: int) -> Iterator[list[LogEntry]]:
    """All entries that match, oldest first, each batch read by a statement of its own: nothing stays open between them,
    so whoever is slow to take them holds up nobody. What comes in meanwhile is newer, and may be among them.
    """
    walk, start = _Walk(filters, newer=True), None
    while True:
        found, stopped = walk.take(start, size, FURTHER_SECONDS)
        if found:
            yield found
        if not stopped and len(found) < size:
            return
        start = stopped or _place(found[-1])


@contextmanager
def time_limit(milliseconds: int) -> Iterator[None]:
    """Ends a statement that takes longer, on PostgreSQL. Raises Invalid `search_too_slow` then."""
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(milliseconds)}")
            yield
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":
            raise
        raise Invalid(
            "search_too_slow", "This search takes too long. Choose a shorter time, or one more filter."
        ) from error


class _Walk:
    """Along the log, in one direction."""

    def __init__(self, filters: Filters, newer: bool) -> None:
        self.filters = filters
        self.newer = newer
        self.matching = matching(filters)

    def take(self, start: Place | None, count: int, seconds: float) -> tuple[list[LogEntry], Place | None]:
        """Up to `count` entries beyond `start`, and where the walk was stopped before it came to its end."""
        filters = _equal(self.filters)
        if not filters and self.filters.area:
            return self._area(start, count), None
        if len(filters) + bool(self.filters.area) <= 1:
            return list(self._ordered(self._beyond(self.matching, start))[:count]), None
        return self.through_windows(self.matching, start, count, seconds)

    def _area(self, start: Place | None, count: int) -> list[LogEntry]:
        """The kinds of an area, each along its own index."""
        kinds = (
            self._ordered(self._beyond(_within(LogEntry.objects.filter(action=code), self.filters), start))
            for code in self.filters.area
        )
        found = merge(*(kind[:count] for kind in kinds), key=_order, reverse=not self.newer)
        return list(islice(found, count))

    def through_windows(
        self, wanted: QuerySet[LogEntry], start: Place | None, count: int, seconds: float
    ) -> tuple[list[LogEntry], Place | None]:
        """The same of some of the matching entries, window by window of the rarest filter."""
        rarest = self._rarest(start)
        found: list[LogEntry] = []
        began, size = time.monotonic(), WINDOW
        until = began + seconds
        while True:
            end = self._reach(rarest, start, size)
            window = self._beyond(wanted, start)
            if end:
                window = self._up_to(window, end)
            elif size == WINDOW:
                # So few are left that they are named one by one: what spans years is no window for a plan to keep to.
                ahead = self._ordered(self._beyond(rarest, start))
                window = window.filter(id__in=list(ahead.values_list("id", flat=True)[:size]))
            found += self._ordered(window)[: count - len(found)]
            if len(found) >= count or end is None:
                return found, None
            now = time.monotonic()
            if now + 2 * (now - began) >= until:  # the next one, twice as large, would take too long
                return found, end
            start, size, began = end, min(size * 2, WIDEST), now

    def _rarest(self, start: Place | None) -> QuerySet[LogEntry]:
        """The entries of the one filter that has the fewest ahead: the one whose first window reaches furthest."""
        equal = _equal(self.filters)
        for name in _RARE:
            if name in equal:
                return self._alone(name)
        if area := self.filters.area:
            kinds = _within(LogEntry.objects.filter(action__in=area), self.filters)
            if not self._beyond(kinds, start)[WINDOW - 1 : WINDOW].exists():
                return kinds
        alone = [self._alone(column) for column in _COMMON.values() if column in equal]
        if len(alone) <= 1:
            return alone[0] if alone else _within(LogEntry.objects.all(), self.filters)
        reached = [(self._reach(entries, start, WINDOW), entries) for entries in alone]
        for end, entries in reached:
            if end is None:
                return entries
        furthest = max if self.newer else min
        return furthest(reached, key=lambda each: (each[0].moment, each[0].entry) if each[0] else ())[1]

    def _alone(self, column: str) -> QuerySet[LogEntry]:
        return _within(_having({column: _equal(self.filters)[column]}), self.filters)

    def _reach(self, entries: QuerySet[LogEntry], start: Place | None, size: int) -> Place | None:
        """Where so many of these entries end; None when there are not as many. The index alone tells it."""
        last = self._ordered(self._beyond(entries, start)).values_list("occurred_at", "id")[size - 1 : size]
        return next((Place(moment, entry) for moment, entry in last), None)

    def _ordered(self, entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return (
            entries.order_by("occurred_at", "id") if self.newer else entries.order_by("-occurred_at", "-id")
        )

    def _beyond(self, entries: QuerySet[LogEntry], place: Place | None) -> QuerySet[LogEntry]:
        if place is None:
            return entries
        # The last condition says nothing new, but lets the index begin at the place.
        if self.newer:
            later = Q(occurred_at__gt=place.moment) | Q(id__gt=place.entry)
            return entries.filter(later, occurred_at__gte=place.moment)
        earlier = Q(occurred_at__lt=place.moment) | Q(id__lt=place.entry)
        return entries.filter(earlier, occurred_at__lte=place.moment)

    def _up_to(self, entries: QuerySet[LogEntry], place: Place) -> QuerySet[LogEntry]:
        if self.newer:
            inside = Q(occurred_at__lt=place.moment) | Q(id__lte=place.entry)
            return entries.filter(inside, occurred_at__lte=place.moment)
        inside = Q(occurred_at__gt=place.moment) | Q(id__gte=place.entry)
        return entries.filter(inside, occurred_at__gte=place.moment)


def _equal(filters: Filters) -> dict[str, object]:
    """The filters that ask for one value, by column."""
    columns = {**{name: name for name in _RARE}, **_COMMON}
    asked = {column: getattr(filters, name) for name, column in columns.items()}
    return {
        column: value
        for column, value in asked.items()
        if value and not (column == "action" and filters.area)
    }


def _having(values: dict[str, object]) -> QuerySet[LogEntry]:
    """SQLite takes an index of only some rows when the query says in the index's own words that it wants no others;
    PostgreSQL finds that out, and would only estimate the rows twice.
    """
    entries = LogEntry.objects.filter(**values)
    if connection.vendor == "sqlite":
        for column in set(_MAY_BE_EMPTY) & set(values):
            entries = entries.exclude(**{column: ""})
    return entries


def _within(entries: QuerySet[LogEntry], filters: Filters) -> QuerySet[LogEntry]:
    if filters.since:
        entries = entries.filter(occurred_at__gte=filters.since)
    if filters.until:
        entries = entries.filter(occurred_at__lt=filters.until)
    return entries


def _place(entry: LogEntry) -> Place:
    return Place(entry.occurred_at, entry.id)


def _order(entry: LogEntry) -> tuple[datetime.datetime, uuid.UUID]:
    return entry.occurred_at, entry.id


def _parse(cursor: str) -> Place:
    moment_text, _, identifier = cursor.partition("~")
    moment = datetime.datetime.fromisoformat(moment_text)
    if moment.tzinfo is None:
        raise ValueError(cursor)
    try:
        return Place(moment.astimezone(datetime.UTC), uuid.UUID(identifier))
    except OverflowError:
        raise ValueError(cursor) from None

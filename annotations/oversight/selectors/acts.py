"""The log as rules see it."""

import datetime
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from annotations.audit.models import LogEntry, TreeLeaf
from annotations.oversight.alerting import RULES, Act, Rule, Series

# More than any rule can allow. Of one who did more in the time that is read, the latest so many are.
MOST = 100_001


class Span(NamedTuple):
    """The time of a series from `since` to, not with, `until`."""

    series: Series
    since: datetime.datetime
    until: datetime.datetime


_COLUMNS = ("id", "occurred_at", "action", "actor", "actor_role", "clip", "subject", "purpose")
# By what the entries of a series are found; views have a purpose, and the index of viewers holds what has one.
_TYPES = {"actor": "text", "subject": "text", "clip": "uuid"}
_CONDITIONS = {
    "actor": "entry.actor = wanted.actor",
    "subject": "entry.actor = wanted.actor AND entry.subject = wanted.value AND subject <> '' AND purpose <> ''",
    "clip": "entry.clip = wanted.value AND entry.actor = wanted.actor",
}
_WITH_DATA = frozenset[str]().union(*(rule().actions for rule in RULES.values() if rule.reads_data))
_ANY = frozenset[str]().union(*(rule().actions for rule in RULES.values()))


def acts_of(entries: QuerySet[LogEntry], *, with_data: bool) -> list[Act]:
    """These entries; their bytes are read only when their data is wanted."""
    columns = (*_COLUMNS, "canonical") if with_data else _COLUMNS
    return [_act(row) for row in entries.values_list(*columns)]


def acts_between(begin: int, end: int) -> list[Act]:
    """What any rule looks at among the entries of these places in the log's tree, from `begin` to, not with, `end`."""
    placed = TreeLeaf.objects.filter(index__gte=begin, index__lt=end).values("entry")
    entries = LogEntry.objects.filter(pk__in=placed)
    return [
        *acts_of(entries.filter(action__in=_ANY - _WITH_DATA), with_data=False),
        *acts_of(entries.filter(action__in=_WITH_DATA), with_data=True),
    ]


def acts_within(rule: Rule, spans: Sequence[Span]) -> list[list[Act]]:
    """For each span what the rule looks at in it of the series' person (and clip, or household), in order of time.

    On PostgreSQL by one statement, however many they are, each along the one index that fits.
    """
    if connection.vendor != "postgresql":
        return [_one(rule, span) for span in spans]
    found: list[list[Act]] = [[] for _ in spans]
    column = _column(spans[0].series) if spans else "actor"
    columns = ", ".join((*_COLUMNS, "canonical") if rule.reads_data else _COLUMNS)
    statement = f"""
        SELECT number, found.* FROM unnest(%s::text[], %s::{_TYPES[column]}[], %s::timestamptz[], %s::timestamptz[])
            WITH ORDINALITY AS wanted (actor, value, since, until, number)
        CROSS JOIN LATERAL (
            SELECT {columns} FROM audit_logentry AS entry
            WHERE {_CONDITIONS[column]} AND entry.action = ANY(%s)
                AND occurred_at >= wanted.since AND occurred_at < wanted.until
            ORDER BY occurred_at DESC, id DESC LIMIT {MOST}
        ) AS found
    """  # noqa: S608
    wanted = [(span.series.actor, getattr(span.series, column), span.since, span.until) for span in spans]
    with connection.cursor() as cursor:
        arrays = [list(values) for values in zip(*wanted, strict=True)] or [[], [], [], []]
        cursor.execute(statement, [*arrays, sorted(rule.actions)])
        for number, *row in cursor.fetchall():
            found[number - 1].append(_act(row))
    for acts in found:
        acts.reverse()
    return found


def _one(rule: Rule, span: Span) -> list[Act]:
    series = span.series
    of = {"actor": series.actor, "clip": series.clip, "subject": series.subject}
    entries = LogEntry.objects.filter(
        **{name: value for name, value in of.items() if value},
        action__in=rule.actions,
        occurred_at__gte=span.since,
        occurred_at__lt=span.until,
    )
    return acts_of(entries.order_by("-occurred_at", "-id")[:MOST], with_data=rule.reads_data)[::-1]


def _column(series: Series) -> str:
    """By which column the fewest entries are read."""
    return "clip" if series.clip else "subject" if series.subject else "actor"


def _act(row: Sequence[Any]) -> Act:
    data = [json.loads(bytes(each))["data"] for each in row[len(_COLUMNS) :]]
    return Act(*row[: len(_COLUMNS)], *data)

"""Alerts, their rules, and the log as rules see it."""

import datetime
import statistics
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from annotations.audit import details
from annotations.audit.enums import DetailState
from annotations.audit.models import LogEntry
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.oversight.alerting import RULES, Rule, backwards
from annotations.oversight.alerting.values import load
from annotations.oversight.enums import AlertState
from annotations.oversight.models import Alert, AlertRule, ViewingTally
from annotations.oversight.selectors.acts import acts_of

# What a person's usual day is made of: the median of their days with views in the weeks before.
USUAL_DAYS, USUAL_LEAST = 28, 5
# A rule's look back in its editor: so many days, and at most so many entries of them, the newest.
PREVIEW_DAYS, PREVIEW_ENTRIES = 30, 100_000


@dataclass(frozen=True)
class CurrentRule:
    """A rule as it holds now. `version` 0: nobody has changed it yet."""

    kind: str
    version: int
    enabled: bool
    rule: Rule
    changed_by: str = ""
    changed_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Preview:
    """How many alerts a rule would have raised since then; `people` is how many persons they concern.

    `complete`: every entry of the time was looked at; else `since` is where the look began.
    """

    alerts: int
    people: int
    since: datetime.datetime
    complete: bool


class Known:
    """What rules ask about people and households, each answer kept for the time of one look."""

    def __init__(self) -> None:
        self._usual: dict[tuple[str, datetime.date], float | None] = {}
        self._clips: dict[str, int] = {}

    def usual(self, actor: str, day: datetime.date) -> float | None:
        if (actor, day) not in self._usual:
            before = day - datetime.timedelta(days=USUAL_DAYS)
            views = ViewingTally.objects.filter(actor=actor, day__gte=before, day__lt=day, views__gt=0)
            counts = list(views.values_list("views", flat=True))
            self._usual[actor, day] = statistics.median(counts) if len(counts) >= USUAL_LEAST else None
        return self._usual[actor, day]

    def clips_of(self, subject: str) -> int:
        if subject not in self._clips:
            self._clips[subject] = Clip.objects.filter(owner__pseudonym=subject).count()
        return self._clips[subject]


def alert_rules() -> list[CurrentRule]:
    """Every rule as it holds now, in their order."""
    rows = {row.kind: row for row in AlertRule.objects.filter(current=True)}
    return [_current(kind, rows.get(kind)) for kind in RULES]


def alert_rule(kind: str) -> CurrentRule | None:
    if kind not in RULES:
        return None
    return _current(kind, AlertRule.objects.filter(kind=kind, current=True).first())


def rule_versions(kind: str) -> QuerySet[AlertRule]:
    return AlertRule.objects.filter(kind=kind).order_by("-version")


def _current(kind: str, row: AlertRule | None) -> CurrentRule:
    if row is None:
        return CurrentRule(kind, 0, True, RULES[kind]())
    rule = load(RULES[kind], row.values)
    return CurrentRule(kind, row.version, row.enabled, rule, row.changed_by, row.changed_at)


def alerts(state: str = "", kind: str = "", person: str = "") -> QuerySet[Alert]:
    """The alerts in a state (of a kind, about a person), those that wait longest first, resolved ones newest first."""
    found = Alert.objects.all()
    for column, value in (("state", state), ("kind", kind), ("actor", person)):
        if value:
            found = found.filter(**{column: value})
    waiting = state in {AlertState.OPEN, AlertState.TAKEN}
    return found.order_by("raised_at", "id") if waiting else found.order_by("-raised_at", "-id")


def alert_counts() -> dict[str, int]:
    """How many alerts are in each state."""
    rows = Alert.objects.values_list("state").annotate(count=Count("id")).order_by()
    return {state: dict(rows).get(state, 0) for state in AlertState.values}


def open_alerts() -> int:
    return Alert.objects.filter(state=AlertState.OPEN).count()


def resolved_reason(alert: Alert) -> tuple[str, str]:
    """What became of the officer's words, and the words where they can be read."""
    entry = LogEntry.objects.filter(pk=alert.resolved_entry).first() if alert.resolved_entry else None
    if entry is None:
        return "", ""
    detail = details.read([entry])[entry.pk]
    words = str((detail.content or {}).get("reason", "")) if detail.state == DetailState.READABLE else ""
    return str(detail.state), words


def preview(rule: Rule) -> Preview:
    """What the rule would have raised in the last days, over the log as it is."""
    now = clock.now()
    since = now - datetime.timedelta(days=PREVIEW_DAYS)
    entries = LogEntry.objects.filter(action__in=rule.actions, occurred_at__gte=since)
    found = acts_of(entries.order_by("-occurred_at", "-id")[: PREVIEW_ENTRIES + 1], with_data=rule.reads_data)
    complete = len(found) <= PREVIEW_ENTRIES
    found = found[:PREVIEW_ENTRIES]
    hits = backwards.hits(rule, found, Known(), now)
    return Preview(
        len(hits),
        len({hit.scope.series.actor for hit in hits}),
        since if complete else found[-1].at,
        complete,
    )

"""Looking through the log for what rules find. Each entry is looked at once; looking again raises nothing twice."""

import datetime
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry, TreeLeaf
from annotations.audit.sequencing.stored_tree import tree_size
from annotations.core import clock
from annotations.outgoing import services as outgoing
from annotations.outgoing.enums import Topic
from annotations.outgoing.templates import ALERT_RAISED
from annotations.oversight import log
from annotations.oversight.alerting import Act, Counting, Expecting, Hit, Scope, Series, backwards, sliding
from annotations.oversight.alerting.acts import VIEWS, day_of
from annotations.oversight.enums import AlertState
from annotations.oversight.models import Alert, AlertScanProgress, AwaitedScope, ViewingTally
from annotations.oversight.selectors.acts import Span, acts_between, acts_within
from annotations.oversight.selectors.alerts import CurrentRule, Known, alert_rules

BATCH = 5_000
# Ids of entries that an alert names.
NAMED = 200
# A site whose log was long already begins so far back.
_BEGINNING = datetime.timedelta(days=1)
# What an open alert is brought up to date in.
_SHOWN = ["measured", "entries", "entry_count"]
_INSTANT = datetime.timedelta(microseconds=1)


@dataclass
class _Found:
    """What one batch of entries comes to."""

    views: Counter[tuple[str, datetime.date]]
    awaited: list[AwaitedScope] = field(default_factory=list)
    hits: list[tuple[CurrentRule, Hit]] = field(default_factory=list)
    grown: list[Alert] = field(default_factory=list)


def scan_for_alerts(seconds: float = 40, batch: int = BATCH) -> int:
    """Looks at new entries and at what has fallen due, for at most about so long; how many alerts it raised.

    `batch`: so many entries at once.
    """
    until = time.monotonic() + seconds
    raised = 0
    while time.monotonic() < until:
        looked_at, found = _batch(batch)
        raised += found
        if not looked_at:
            break
    return raised


def _batch(size: int) -> tuple[int, int]:
    """How many entries and awaited scopes were looked at, and how many alerts were raised. (0, 0): there is nothing,
    or another worker was faster.

    What is there to find is read outside of a transaction, so that nobody's act waits meanwhile.
    """
    progress = AlertScanProgress.objects.first()
    begin = progress.position if progress else _beginning()
    end = max(begin, min(begin + size, tree_size()))
    waited = list(AwaitedScope.objects.filter(until__lte=clock.now()).order_by("until", "id")[:size])
    acts = acts_between(begin, end)
    known, rules = Known(), {each.kind: each for each in alert_rules()}
    found = _Found(Counter((act.actor, day_of(act.at)) for act in acts if act.action in VIEWS))
    for current in rules.values():
        rule = current.rule
        if not current.enabled:
            continue
        theirs = [act for act in acts if act.action in rule.actions]
        if isinstance(rule, Counting):
            _count(current, rule, theirs, known, found)
        elif isinstance(rule, Expecting):
            found.awaited += [
                _awaited(current.kind, series, act) for act in theirs for series in rule.series(act)
            ]
            _judge(current, rule, [row for row in waited if row.kind == current.kind], found)
    return _keep(begin, end, waited, found)


@transaction.atomic
def _keep(begin: int, end: int, waited: list[AwaitedScope], found: _Found) -> tuple[int, int]:
    """Keeps what was found, and that it was looked for; nothing when another worker has come further meanwhile."""
    now = clock.now()
    AlertScanProgress.objects.get_or_create(id=1, defaults={"position": begin, "looked_at": now})
    if not AlertScanProgress.objects.filter(id=1, position=begin).update(position=end, looked_at=now):
        return 0, 0
    _add_views(found.views)
    AwaitedScope.objects.bulk_create(found.awaited, ignore_conflicts=True)
    Alert.objects.filter(state=AlertState.OPEN).bulk_update(found.grown, _SHOWN, batch_size=100)
    raised = _raise(found.hits)
    AwaitedScope.objects.filter(pk__in=[row.pk for row in waited]).delete()
    return end - begin + len(waited), raised


def _beginning() -> int:
    recent = LogEntry.objects.filter(occurred_at__gte=clock.now() - _BEGINNING).order_by("occurred_at", "id")
    first = TreeLeaf.objects.filter(entry__in=recent.values("pk")[:1]).values_list("index", flat=True).first()
    if first is not None:
        return first
    last = TreeLeaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None or recent.exists() else last + 1


def _count(current: CurrentRule, rule: Counting, acts: list[Act], known: Known, found: _Found) -> None:
    """Looks at every moment that the acts make fuller: their own, and for a window's time after them."""
    touched = {
        series: (min(act.at for act in theirs), max(act.at for act in theirs))
        for series, theirs in backwards.grouped(rule, acts).items()
    }
    told = _told(current.kind, touched)
    spans = []
    for series, (first, last) in touched.items():
        # What an officer has resolved or taken stays as it is.
        begin = min([first - series.window, *(alert.since for alert in told[series] if _grows(alert))])
        spans.append(Span(series, begin, last + series.window + _INSTANT))
    for span, read in zip(spans, acts_within(rule, spans), strict=True):
        series = span.series
        theirs = [act for act in read if series in rule.series(act)]
        periods = [(alert.since, alert.until) for alert in told[series]]
        hits = sliding.hits(rule, series, theirs, known, touched[series][0], periods)
        found.hits += [(current, hit) for hit in hits]
        found.grown += [alert for alert in told[series] if _grown(alert, rule, series, theirs)]


def _told(
    kind: str, touched: dict[Series, tuple[datetime.datetime, datetime.datetime]]
) -> dict[Series, list[Alert]]:
    """The alerts of each series whose time is not over before the first of these."""
    by_name = {series.name: series for series in touched}
    found: dict[Series, list[Alert]] = {series: [] for series in touched}
    earliest = min((first for first, _ in touched.values()), default=clock.now())
    for alert in Alert.objects.filter(kind=kind, series__in=by_name, until__gt=earliest):
        series = by_name[alert.series]
        if alert.until > touched[series][0]:
            found[series].append(alert)
    return found


def _grows(alert: Alert) -> bool:
    return alert.state == AlertState.OPEN


def _grown(alert: Alert, rule: Counting, series: Series, acts: list[Act]) -> bool:
    """Brings an open alert up to date; whether that changes it."""
    scope = Scope(replace(series, window=alert.until - alert.since), alert.since)
    shown = _shown(sliding.hit(rule, scope, acts, alert.allowed))
    if not _grows(alert) or shown["entry_count"] == alert.entry_count:
        return False
    for name, value in shown.items():
        setattr(alert, name, value)
    return True


def _awaited(kind: str, series: Series, act: Act) -> AwaitedScope:
    scope = Scope(series, act.at)
    return AwaitedScope(
        kind=kind, key=series.name, actor=act.actor, clip=act.clip, since=scope.since, until=scope.until
    )


def _judge(current: CurrentRule, rule: Expecting, rows: list[AwaitedScope], found: _Found) -> None:
    scopes = [
        Scope(Series(row.key, row.until - row.since, row.actor, clip=row.clip), row.since) for row in rows
    ]
    spans = [Span(scope.series, scope.since, scope.until) for scope in scopes]
    for scope, acts in zip(scopes, acts_within(rule, spans), strict=True):
        if hit := rule.judge(scope, acts):
            found.hits.append((current, hit))


def _add_views(views: Counter[tuple[str, datetime.date]]) -> None:
    """Adds to what each person was given on each day, whether the rule of volume is on or not."""
    people, days = {actor for actor, _ in views}, {day for _, day in views}
    rows = ViewingTally.objects.filter(actor__in=people, day__in=days)
    before = {(row.actor, row.day): row for row in rows}
    tallies = []
    for (actor, day), count in views.items():
        tally = before.get((actor, day)) or ViewingTally(actor=actor, day=day, views=0)
        tally.views += count
        tallies.append(tally)
    ViewingTally.objects.bulk_create(
        tallies, update_conflicts=True, unique_fields=["actor", "day"], update_fields=["views"]
    )


def _raise(hits: list[tuple[CurrentRule, Hit]]) -> int:
    """New alerts, each with its entry; how many."""
    keys = [hit.scope.key for _, hit in hits]
    before = set(Alert.objects.filter(key__in=keys).values_list("kind", "key"))
    new = [_alert(current, hit) for current, hit in hits if (current.kind, hit.scope.key) not in before]
    Alert.objects.bulk_create(new)
    for alert in new:
        audit.append(
            log.ALERT_RAISED,
            WORKER,
            clip=alert.clip,
            subject=alert.subject,
            data={
                "alert": str(alert.pk),
                "rule": alert.kind,
                "version": alert.rule_version,
                "person": alert.actor,
                "measured": alert.measured,
                "allowed": alert.allowed,
            },
        )
        facts = {"alert": str(alert.pk), "rule": alert.kind, "person": alert.actor}
        outgoing.tell(Topic.ALERTS, ALERT_RAISED, facts, WORKER)
    return len(new)


def _alert(current: CurrentRule, hit: Hit) -> Alert:
    scope, series = hit.scope, hit.scope.series
    return Alert(
        kind=current.kind,
        key=scope.key,
        series=series.name,
        rule_version=current.version,
        actor=series.actor,
        actor_role=hit.acts[0].role,
        clip=series.clip,
        subject=series.subject or (hit.acts[0].subject if series.clip else ""),
        since=scope.since,
        until=scope.until,
        allowed=hit.allowed,
        **_shown(hit),
    )


def _shown(hit: Hit) -> dict[str, Any]:
    return {
        "measured": hit.measured,
        "entries": [str(act.entry) for act in hit.acts[:NAMED]],
        "entry_count": len(hit.acts),
    }

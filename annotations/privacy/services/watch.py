"""Looking through the log for what rules find. Each entry is looked at once; looking again raises nothing twice."""

import datetime
import time
from dataclasses import dataclass, field

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry, TreeLeaf
from annotations.core import clock

from .. import log
from ..alerting import Act, Hit, Scope
from ..alerting.acts import VIEWS
from ..alerting.volume import day_scope
from ..enums import AlertState
from ..models import Alert, AwaitedScope, LogProgress, ViewTally
from ..selectors.alerts import CurrentRule, Known, acts_by_id, acts_in, alert_rules

BATCH = 500
# Ids of entries that an alert names.
NAMED = 200
# A site whose log was long already begins so far back.
_BEGINNING = datetime.timedelta(days=1)


@dataclass
class _Found:
    """What one batch of entries comes to."""

    tallies: list[tuple[Scope, int]]
    awaited: list[AwaitedScope] = field(default_factory=list)
    hits: list[tuple[CurrentRule, Hit]] = field(default_factory=list)


def watch(seconds: float = 40, batch: int = BATCH) -> int:
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
    progress = LogProgress.objects.first()
    begin = progress.position if progress else _beginning()
    leaves = list(
        TreeLeaf.objects.filter(index__gte=begin).order_by("index").values_list("index", "entry")[:size]
    )
    waited = list(AwaitedScope.objects.filter(until__lte=clock.now()).order_by("until", "id")[:size])
    acts = acts_by_id(entry for _, entry in leaves)
    known, rules = Known(), {each.kind: each for each in alert_rules()}
    found = _Found(tallies=_tallies(acts, rules["volume"]))
    for current in rules.values():
        if current.enabled:
            _look(current, acts, known, found)
    for row in waited:
        scope = Scope(row.key, row.actor, row.since, row.until, row.clip)
        if rules[row.kind].enabled:
            _judge(rules[row.kind], scope, known, found)
    return _keep(begin, leaves[-1][0] + 1 if leaves else begin, len(leaves), waited, found)


@transaction.atomic
def _keep(begin: int, end: int, looked_at: int, waited: list[AwaitedScope], found: _Found) -> tuple[int, int]:
    """Keeps what was found, and that it was looked for; nothing when another worker has come further meanwhile."""
    now = clock.now()
    LogProgress.objects.get_or_create(id=1, defaults={"position": begin, "looked_at": now})
    if not LogProgress.objects.filter(id=1, position=begin).update(position=end, looked_at=now):
        return 0, 0
    for scope, views in found.tallies:
        ViewTally.objects.update_or_create(
            actor=scope.actor, day=scope.since.date(), defaults={"views": views}
        )
    AwaitedScope.objects.bulk_create(found.awaited, ignore_conflicts=True)
    raised = sum(_raise(current, hit) for current, hit in found.hits)
    AwaitedScope.objects.filter(pk__in=[row.pk for row in waited]).delete()
    return looked_at + len(waited), raised


def _beginning() -> int:
    recent = LogEntry.objects.filter(occurred_at__gte=clock.now() - _BEGINNING).order_by("occurred_at", "id")
    first = TreeLeaf.objects.filter(entry__in=recent.values("pk")[:1]).values_list("index", flat=True).first()
    if first is not None:
        return first
    last = TreeLeaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None or recent.exists() else last + 1


def _tallies(acts: list[Act], volume: CurrentRule) -> list[tuple[Scope, int]]:
    """The days on which somebody was given views, counted afresh, whether the rule of volume is on or not."""
    scopes = dict.fromkeys(day_scope(act.actor, act.at) for act in acts if act.action in VIEWS)
    return [(scope, len(acts_in(volume.rule, scope))) for scope in scopes]


def _look(current: CurrentRule, acts: list[Act], known: Known, found: _Found) -> None:
    """Judges every scope in which one of the acts counts; a scope that must wait is kept for then."""
    rule = current.rule
    counted = (act for act in acts if act.action in rule.actions)
    scopes = list(dict.fromkeys(scope for act in counted for scope in rule.scopes(act)))
    if rule.waits:
        found.awaited += [_awaited(current.kind, scope) for scope in scopes]
        return
    settled = Alert.objects.filter(kind=current.kind, key__in=[scope.key for scope in scopes])
    done = set(settled.exclude(state=AlertState.OPEN).values_list("key", flat=True))
    for scope in scopes:
        if scope.key not in done:
            _judge(current, scope, known, found)


def _awaited(kind: str, scope: Scope) -> AwaitedScope:
    return AwaitedScope(
        kind=kind, key=scope.key, actor=scope.actor, clip=scope.clip, since=scope.since, until=scope.until
    )


def _judge(current: CurrentRule, scope: Scope, known: Known, found: _Found) -> None:
    if hit := current.rule.judge(scope, acts_in(current.rule, scope), known):
        found.hits.append((current, hit))


def _raise(current: CurrentRule, hit: Hit) -> bool:
    """A new alert with its entry; an open one of the same key is brought up to date."""
    scope = hit.scope
    shown = {
        "measured": hit.measured,
        "allowed": hit.allowed,
        "entries": [str(act.entry) for act in hit.acts[:NAMED]],
        "entry_count": len(hit.acts),
    }
    subject = scope.subject or (hit.acts[0].subject if scope.clip else "")
    alert, created = Alert.objects.get_or_create(
        kind=current.kind,
        key=scope.key,
        defaults={
            "rule_version": current.version,
            "actor": scope.actor,
            "actor_role": hit.acts[0].role,
            "clip": scope.clip,
            "subject": subject,
            "since": scope.since,
            "until": scope.until,
            **shown,
        },
    )
    if not created:
        Alert.objects.filter(pk=alert.pk, state=AlertState.OPEN).update(**shown)
        return False
    audit.append(
        log.ALERT_RAISED,
        WORKER,
        clip=alert.clip,
        subject=subject,
        data={
            "alert": str(alert.pk),
            "rule": alert.kind,
            "version": alert.rule_version,
            "person": alert.actor,
            "measured": alert.measured,
            "allowed": alert.allowed,
        },
    )
    return True

"""Looking through the log for what rules find. Each entry is looked at once; looking again raises nothing twice."""

import datetime
import time

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


def watch(seconds: float = 40, batch: int = BATCH) -> int:
    """Looks at new entries and at what has fallen due, for at most about so long; how many alerts it raised.

    `batch`: so many entries in one transaction.
    """
    until = time.monotonic() + seconds
    raised = 0
    while time.monotonic() < until:
        looked_at, found = _batch(batch)
        raised += found
        if not looked_at:
            break
    return raised


@transaction.atomic
def _batch(size: int) -> tuple[int, int]:
    """How many entries and awaited scopes were looked at, and how many alerts were raised. (0, 0): another worker is
    at it, or there is nothing.
    """
    progress = _progress()
    if progress is None:
        return 0, 0
    leaves = list(
        TreeLeaf.objects.filter(index__gte=progress.position)
        .order_by("index")
        .values_list("index", "entry")[:size]
    )
    due = list(AwaitedScope.objects.filter(until__lte=clock.now()).order_by("until", "id")[:size])
    acts = acts_by_id(entry for _, entry in leaves)
    known, rules = Known(), {each.kind: each for each in alert_rules()}
    _tally(acts, rules["volume"])
    raised = sum(_look(each, acts, known) for each in rules.values() if each.enabled)
    raised += sum(_due(rules[row.kind], row, known) for row in due)
    AwaitedScope.objects.filter(pk__in=[row.pk for row in due]).delete()
    if leaves:
        progress.position = leaves[-1][0] + 1
    progress.looked_at = clock.now()
    progress.save(update_fields=["position", "looked_at"])
    return len(leaves) + len(due), raised


def _progress() -> LogProgress | None:
    """The row of the progress, locked; None while another worker has it."""
    if not LogProgress.objects.exists():
        LogProgress.objects.bulk_create(
            [LogProgress(position=_beginning(), looked_at=clock.now())], ignore_conflicts=True
        )
    return LogProgress.objects.select_for_update(skip_locked=True).first()


def _beginning() -> int:
    recent = LogEntry.objects.filter(occurred_at__gte=clock.now() - _BEGINNING).order_by("occurred_at", "id")
    first = TreeLeaf.objects.filter(entry__in=recent.values("pk")[:1]).values_list("index", flat=True).first()
    if first is not None:
        return first
    last = TreeLeaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None or recent.exists() else last + 1


def _tally(acts: list[Act], volume: CurrentRule) -> None:
    """Counts the days afresh on which somebody was given views, whether the rule of volume is on or not."""
    scopes = dict.fromkeys(day_scope(act.actor, act.at) for act in acts if act.action in VIEWS)
    for scope in scopes:
        ViewTally.objects.update_or_create(
            actor=scope.actor,
            day=scope.since.date(),
            defaults={"views": len(acts_in(volume.rule, scope))},
        )


def _look(current: CurrentRule, acts: list[Act], known: Known) -> int:
    """Judges every scope in which one of the acts counts; a scope that must wait is kept for then."""
    rule = current.rule
    counted = (act for act in acts if act.action in rule.actions)
    scopes = list(dict.fromkeys(scope for act in counted for scope in rule.scopes(act)))
    if rule.waits:
        AwaitedScope.objects.bulk_create(
            [_awaited(current.kind, scope) for scope in scopes], ignore_conflicts=True
        )
        return 0
    settled = Alert.objects.filter(kind=current.kind, key__in=[scope.key for scope in scopes])
    done = set(settled.exclude(state=AlertState.OPEN).values_list("key", flat=True))
    return sum(_judge(current, scope, known) for scope in scopes if scope.key not in done)


def _awaited(kind: str, scope: Scope) -> AwaitedScope:
    return AwaitedScope(
        kind=kind, key=scope.key, actor=scope.actor, clip=scope.clip, since=scope.since, until=scope.until
    )


def _due(current: CurrentRule, row: AwaitedScope, known: Known) -> bool:
    scope = Scope(row.key, row.actor, row.since, row.until, row.clip)
    return current.enabled and _judge(current, scope, known)


def _judge(current: CurrentRule, scope: Scope, known: Known) -> bool:
    """Whether a new alert was raised."""
    hit = current.rule.judge(scope, acts_in(current.rule, scope), known)
    return hit is not None and _raise(current, hit)


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

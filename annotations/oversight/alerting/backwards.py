"""What a rule would have said about acts of the past."""

import datetime
from collections.abc import Iterable

from annotations.oversight.alerting import sliding
from annotations.oversight.alerting.acts import Act, Counting, Expecting, Hit, Known, Rule, Scope, Series


def hits(rule: Rule, acts: Iterable[Act], known: Known, now: datetime.datetime) -> list[Hit]:
    """All hits of the rule over these acts."""
    acts = sorted(acts, key=lambda act: (act.at, act.entry))
    if isinstance(rule, Counting):
        return [
            hit
            for series, theirs in grouped(rule, acts).items()
            for hit in sliding.hits(rule, series, theirs, known)
        ]
    return _waiting(rule, acts, now) if isinstance(rule, Expecting) else []


def _waiting(rule: Expecting, acts: list[Act], now: datetime.datetime) -> list[Hit]:
    by_clip: dict[tuple[object, object], list[Act]] = {}
    for act in acts:
        by_clip.setdefault((act.actor, act.clip), []).append(act)
    found: dict[str, Hit] = {}
    for act in acts:
        for series in rule.series(act):
            scope = Scope(series, act.at)
            theirs = within(scope, by_clip[act.actor, act.clip])
            if scope.until <= now and (hit := rule.judge(scope, theirs)):
                found.setdefault(scope.key, hit)
    return list(found.values())


def grouped(rule: Rule, acts: Iterable[Act]) -> dict[Series, list[Act]]:
    """The acts by the series to which they belong, in the same order."""
    found: dict[Series, list[Act]] = {}
    for act in acts:
        for series in rule.series(act):
            found.setdefault(series, []).append(act)
    return found


def within(scope: Scope, acts: Iterable[Act]) -> list[Act]:
    return [act for act in acts if scope.since <= act.at < scope.until]

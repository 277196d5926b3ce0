"""What a rule would have said about acts of the past."""

import datetime
from collections.abc import Iterable

from .acts import Act, Hit, Known, Rule, Scope


def hits(rule: Rule, acts: Iterable[Act], known: Known, now: datetime.datetime) -> list[Hit]:
    """All hits of the rule over these acts, one for a key, in the order of their scopes."""
    acts = sorted(acts, key=lambda act: (act.at, act.entry))
    scopes = dict.fromkeys(scope for act in acts for scope in rule.scopes(act))
    grouped = _grouped(rule, acts, scopes)
    found: dict[str, Hit] = {}
    for scope in scopes:
        if rule.waits and scope.until > now:
            continue
        if hit := rule.judge(scope, grouped[scope], known):
            found.setdefault(scope.key, hit)
    return list(found.values())


def counting(rule: Rule, scope: Scope, acts: Iterable[Act]) -> list[Act]:
    """Those of the acts that count in the scope. A rule that waits looks at whatever came within it."""
    if rule.waits:
        return [
            act
            for act in acts
            if (act.actor, act.clip) == (scope.actor, scope.clip) and scope.since <= act.at < scope.until
        ]
    return [act for act in acts if scope in set(rule.scopes(act))]


def _grouped(rule: Rule, acts: list[Act], scopes: Iterable[Scope]) -> dict[Scope, list[Act]]:
    grouped: dict[Scope, list[Act]] = {scope: [] for scope in scopes}
    if not rule.waits:
        for act in acts:
            for scope in rule.scopes(act):
                grouped[scope].append(act)
        return grouped
    of: dict[tuple[object, object], list[Act]] = {}
    for act in acts:
        of.setdefault((act.actor, act.clip), []).append(act)
    for scope in grouped:
        grouped[scope] = counting(rule, scope, of[scope.actor, scope.clip])
    return grouped

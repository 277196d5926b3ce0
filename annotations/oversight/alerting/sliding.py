"""Counting in a window that slides, so that no border of an hour or a day divides what belongs together."""

import datetime
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from operator import attrgetter

from annotations.oversight.alerting.acts import Act, Counting, Hit, Known, Scope, Series

_time = attrgetter("at")
_EVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def hits(
    rule: Counting,
    series: Series,
    acts: Sequence[Act],
    known: Known,
    begin: datetime.datetime = _EVER,
    told: Iterable[tuple[datetime.datetime, datetime.datetime]] = (),
) -> list[Hit]:
    """What is too much in a window that ends with an act from `begin` on. Each hit begins with the first act of that
    window and is a window long. What lies in a hit, or in a time (from, to) of which was `told` already, is not counted
    again: so there is no window with too much that meets none of these times.

    `acts` are those of the series, in order of time.
    """
    found: list[Hit] = []
    told = list(told)
    window: deque[Act] = deque()
    units: Counter[object] = Counter()
    for act in acts:
        if any(since <= act.at < until for since, until in told):
            continue
        window.append(act)
        units[rule.unit(act)] += 1
        while window[0].at <= act.at - series.window:
            gone = rule.unit(window.popleft())
            units[gone] -= 1
            if not units[gone]:
                del units[gone]
        if act.at < begin:
            continue
        allowed = rule.allowed(series, len(units), act.at, known)
        if len(units) > allowed:
            scope = Scope(series, window[0].at)
            told.append((scope.since, scope.until))
            found.append(hit(rule, scope, acts, allowed))
            window.clear()
            units.clear()
    return found


def hit(rule: Counting, scope: Scope, acts: Sequence[Act], allowed: int) -> Hit:
    """What lies in the scope of these acts, which are in order of time."""
    since, until = (bisect_left(acts, moment, key=_time) for moment in (scope.since, scope.until))
    within = tuple(acts[since:until])
    return Hit(scope, len({rule.unit(act) for act in within}), allowed, within)

"""Somebody sees or takes away more than others do, or than they themselves usually do."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from .acts import DAY, DOWNLOADS, HOUR, VIEWS, Act, Hit, Known, Rule, Scope, day_of, hour_of


@dataclass(frozen=True)
class Volume(Rule):
    """More views in an hour or a day, or downloads in a day, than these; or so many times a person's usual day.

    The usual counts only from `usual_from` views a day on, so that two views after one are no alarm.
    """

    kind: ClassVar[str] = "volume"
    views_an_hour: int = 120
    views_a_day: int = 800
    downloads_a_day: int = 20
    times_usual: int = 3
    usual_from: int = 50

    @property
    def actions(self) -> frozenset[str]:
        return VIEWS | DOWNLOADS

    def scopes(self, act: Act) -> Iterable[Scope]:
        if act.action in VIEWS:
            hour = hour_of(act.at)
            yield Scope(f"views:{act.actor}:{hour:%Y-%m-%dT%H}", act.actor, hour, hour + HOUR)
            yield day_scope(act.actor, act.at)
        else:
            day = day_of(act.at)
            yield Scope(f"downloads:{act.actor}:{day:%Y-%m-%d}", act.actor, day, day + DAY)

    def judge(self, scope: Scope, acts: Sequence[Act], known: Known) -> Hit | None:
        allowed = self._allowed(scope, len(acts), known)
        return Hit(scope, len(acts), allowed, tuple(acts)) if len(acts) > allowed else None

    def _allowed(self, scope: Scope, count: int, known: Known) -> int:
        if scope.key.startswith("downloads:"):
            return self.downloads_a_day
        if scope.until - scope.since == HOUR:
            return self.views_an_hour
        if count < self.usual_from:
            return self.views_a_day
        usual = known.usual(scope.actor, scope.since.date())
        return self.views_a_day if usual is None else min(self.views_a_day, int(self.times_usual * usual))


def day_scope(actor: str, moment: datetime.datetime) -> Scope:
    """A person's views of a day in UTC."""
    day = day_of(moment)
    return Scope(f"views:{actor}:{day:%Y-%m-%d}", actor, day, day + DAY)

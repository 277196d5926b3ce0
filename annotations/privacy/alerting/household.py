"""One person sees much of one household."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from .acts import VIEWS, Act, Hit, Known, Rule, Scope, day_of


@dataclass(frozen=True)
class Household(Rule):
    """So many different clips of one owner seen by one person, and such a share of all that the owner sent.

    Periods of `days` days follow each other, the same for everybody: one alert for a person, a household and a period.
    """

    kind: ClassVar[str] = "household"
    days: int = 7
    clips: int = 10
    share: int = 30

    @property
    def actions(self) -> frozenset[str]:
        return VIEWS

    def scopes(self, act: Act) -> Iterable[Scope]:
        if not act.subject or act.clip is None:
            return
        day = day_of(act.at)
        begin = day - datetime.timedelta(days=day.date().toordinal() % self.days)
        until = begin + datetime.timedelta(days=self.days)
        key = f"{act.actor}:{act.subject}:{begin:%Y-%m-%d}:{self.days}"
        yield Scope(key, act.actor, begin, until, subject=act.subject)

    def judge(self, scope: Scope, acts: Sequence[Act], known: Known) -> Hit | None:
        seen = len({act.clip for act in acts})
        if seen < self.clips or 100 * seen < self.share * known.clips_of(scope.subject):
            return None
        return Hit(scope, seen, self.clips - 1, tuple(acts))

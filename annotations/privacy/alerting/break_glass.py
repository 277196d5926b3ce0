"""Somebody sees an original without redaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from .. import log as privacy
from .acts import DAY, Act, Hit, Known, Rule, Scope, day_of


@dataclass(frozen=True)
class BreakGlass(Rule):
    """Every use of break-glass: one alert for each approval of which so many views were granted."""

    kind: ClassVar[str] = "break_glass"
    reads_data: ClassVar[bool] = True
    views: int = 1

    @property
    def actions(self) -> frozenset[str]:
        return frozenset({privacy.GLASS_GRANTED.code})

    def scopes(self, act: Act) -> Iterable[Scope]:
        day = day_of(act.at)
        yield Scope(str(act.data["request"]), act.actor, day, day + DAY, clip=act.clip)

    def judge(self, scope: Scope, acts: Sequence[Act], known: Known) -> Hit | None:
        return Hit(scope, len(acts), self.views - 1, tuple(acts)) if len(acts) >= self.views else None

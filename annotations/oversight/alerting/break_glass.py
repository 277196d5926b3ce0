"""Somebody sees an original without redaction."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.break_glass import log as break_glass
from annotations.oversight.alerting.acts import DAY, Act, Counting, Known, Series

# Whatever is seen under one approval within this time is one alert.
_LONGEST = 7 * DAY


@dataclass(frozen=True)
class BreakGlassUse(Counting):
    """Every use of break-glass: one alert for each approval of which so many views were granted."""

    kind: ClassVar[str] = "break_glass"
    reads_data: ClassVar[bool] = True
    views: int = 1

    @property
    def actions(self) -> frozenset[str]:
        return frozenset({break_glass.GRANTED.code})

    def series(self, act: Act) -> Iterable[Series]:
        yield Series(str(act.data["request"]), _LONGEST, act.actor, clip=act.clip)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        return self.views - 1

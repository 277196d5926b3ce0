"""Somebody sees or takes away more than others do, or than they themselves usually do."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.oversight.alerting.acts import DAY, DOWNLOADS, HOUR, VIEWS, Act, Counting, Known, Series


@dataclass(frozen=True)
class Volume(Counting):
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

    def series(self, act: Act) -> Iterable[Series]:
        if act.action in VIEWS:
            yield Series(f"views-hour:{act.actor}", HOUR, act.actor)
            yield Series(f"views-day:{act.actor}", DAY, act.actor)
        else:
            yield Series(f"downloads:{act.actor}", DAY, act.actor)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        if series.name.startswith("downloads:"):
            return self.downloads_a_day
        if series.window == HOUR:
            return self.views_an_hour
        usual = known.usual(series.actor, at.date()) if measured >= self.usual_from else None
        return self.views_a_day if usual is None else min(self.views_a_day, int(self.times_usual * usual))

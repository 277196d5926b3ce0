"""Somebody looks while nobody works."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from annotations.oversight.alerting.acts import DAY, DOWNLOADS, VIEWS, Act, Counting, Known, Series

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Hours:
    """Working hours from `begin` to, not with, `end` (`HH:MM`, local) on `weekdays` (Monday is 0).

    Over midnight when the end comes before the beginning: a shift belongs to the day on which it begins. The same
    time twice means the whole day.
    """

    begin: str
    end: str
    zone: str
    weekdays: tuple[int, ...] = EVERY_DAY

    def contain(self, moment: datetime.datetime) -> bool:
        local = moment.astimezone(ZoneInfo(self.zone))
        time = f"{local:%H:%M}"
        today, yesterday = local.weekday() in self.weekdays, (local.weekday() - 1) % 7 in self.weekdays
        if self.begin == self.end:
            return today
        if self.begin < self.end:
            return today and self.begin <= time < self.end
        return (today and time >= self.begin) or (yesterday and time < self.end)


@dataclass(frozen=True)
class OffHours(Counting):
    """Views and downloads outside of the site's hours. `people` lists those with hours of their own, each as
    (pseudonym, begin, end, zone); these hold on every day of the week.
    """

    kind: ClassVar[str] = "off_hours"
    begin: str = "06:00"
    end: str = "22:00"
    zone: str = "UTC"
    weekdays: tuple[int, ...] = EVERY_DAY
    people: tuple[tuple[str, str, str, str], ...] = ()
    views: int = 1

    @property
    def actions(self) -> frozenset[str]:
        return VIEWS | DOWNLOADS

    def hours_of(self, actor: str) -> Hours:
        own = {person: Hours(begin, end, zone) for person, begin, end, zone in self.people}
        return own.get(actor) or Hours(self.begin, self.end, self.zone, tuple(self.weekdays))

    def series(self, act: Act) -> Iterable[Series]:
        if not self.hours_of(act.actor).contain(act.at):
            yield Series(act.actor, DAY, act.actor)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        return self.views - 1

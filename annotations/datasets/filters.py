"""What a dataset asks for."""

import datetime
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Filters:
    """An empty field asks for everything. `verdicts` and `labels` are codes of the project's schema; a clip fits
    when its verdict is among the first and one of its events or tracks among the second. The days, both included,
    are those (UTC) on which the clip was received.
    """

    verdicts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Filters":
        return cls(
            verdicts=tuple(stored.get("verdicts", ())),
            labels=tuple(stored.get("labels", ())),
            first_day=_day(stored.get("first_day")),
            last_day=_day(stored.get("last_day")),
        )

    def as_json(self) -> dict[str, Any]:
        """The same whichever way the lists were typed; only what was asked for."""
        stored = {
            "verdicts": sorted(set(self.verdicts)),
            "labels": sorted(set(self.labels)),
            "first_day": self.first_day and self.first_day.isoformat(),
            "last_day": self.last_day and self.last_day.isoformat(),
        }
        return {name: value for name, value in stored.items() if value}

    @property
    def since(self) -> datetime.datetime | None:
        return _midnight(self.first_day) if self.first_day else None

    @property
    def until(self) -> datetime.datetime | None:
        """The first instant after the last day."""
        return _midnight(self.last_day + datetime.timedelta(days=1)) if self.last_day else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None

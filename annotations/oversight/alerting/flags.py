"""Somebody flags one clip after another."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.moderation import log as moderation
from annotations.moderation.enums import FlagSource
from annotations.oversight.alerting.acts import HOUR, Act, Counting, Known, Series


@dataclass(frozen=True)
class Flags(Counting):
    """So many flags of one person in an hour: bad content that comes in a row, or somebody who empties the queue."""

    kind: ClassVar[str] = "flags"
    reads_data: ClassVar[bool] = True
    flags: int = 10

    @property
    def actions(self) -> frozenset[str]:
        return frozenset({moderation.FLAGGED.code})

    def series(self, act: Act) -> Iterable[Series]:
        if act.data.get("source") == FlagSource.PERSON:
            yield Series(act.actor, HOUR, act.actor)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        return self.flags - 1

"""Somebody has decided that clips are kept for less time: the other officers have a day to take it back."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.oversight.alerting.acts import DAY, Act, Counting, Known, Series

SHORTENED = "retention.rule_shortened"  # of `rights`, which lies to the right


@dataclass(frozen=True)
class ShorterRules(Counting):
    """Rules of retention that one person made shorter within a day."""

    kind: ClassVar[str] = "shorter_rules"
    rules: int = 1

    @property
    def actions(self) -> frozenset[str]:
        return frozenset({SHORTENED})

    def series(self, act: Act) -> Iterable[Series]:
        yield Series(f"shorter rules:{act.actor}", DAY, act.actor)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        return self.rules - 1

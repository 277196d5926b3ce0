"""One person sees much of one household."""

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.oversight.alerting.acts import VIEWS, Act, Counting, Known, Series


@dataclass(frozen=True)
class Household(Counting):
    """So many different clips of one owner seen by one person, and such a share of all that the owner sent.

    Counted over any `days` days that follow each other.
    """

    kind: ClassVar[str] = "household"
    days: int = 7
    clips: int = 10
    share: int = 30

    @property
    def actions(self) -> frozenset[str]:
        return VIEWS

    def series(self, act: Act) -> Iterable[Series]:
        if act.subject and act.clip is not None:
            window = datetime.timedelta(days=self.days)
            yield Series(f"{act.actor}:{act.subject}", window, act.actor, subject=act.subject)

    def unit(self, act: Act) -> object:
        return act.clip

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        if measured < self.clips:
            return self.clips - 1
        share = math.ceil(self.share * known.clips_of(series.subject) / 100)
        return max(self.clips, share) - 1

"""Somebody acts on the command line with their password: the others hear of it, and so do they."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.accounts import log as accounts
from annotations.oversight.alerting.acts import DAY, Act, Counting, Known, Series


@dataclass(frozen=True)
class InPerson(Counting):
    """Acts on the command line in one person's name within a day."""

    kind: ClassVar[str] = "in_person"
    acts: int = 1

    @property
    def actions(self) -> frozenset[str]:
        return frozenset({accounts.IN_PERSON.code})

    def series(self, act: Act) -> Iterable[Series]:
        yield Series(f"in person:{act.actor}", DAY, act.actor)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        return self.acts - 1

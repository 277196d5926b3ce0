"""Somebody is refused again and again, or fails again and again to sign in, by password or second factor."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.accounts import log as accounts
from annotations.oversight.alerting.acts import HOUR, Act, Counting, Known, Series

_SIGNING_IN = frozenset({accounts.SIGN_IN_FAILED.code, accounts.FACTOR_REFUSED.code})


@dataclass(frozen=True)
class Refusals(Counting):
    """So many refused requests of one person, or failed sign-ins of one account, in an hour."""

    kind: ClassVar[str] = "refusals"
    reads_data: ClassVar[bool] = True
    refusals: int = 5
    sign_ins: int = 5

    @property
    def actions(self) -> frozenset[str]:
        refused = (accounts.REFUSED, accounts.CSRF_REFUSED, accounts.TOO_OFTEN, accounts.NOT_FOUND)
        return frozenset({*_SIGNING_IN, *(kind.code for kind in refused)})

    def series(self, act: Act) -> Iterable[Series]:
        failed = act.action in _SIGNING_IN
        who = f"sign-in:{act.data.get('account', '')}" if failed else f"refused:{act.actor}"
        yield Series(who, HOUR, act.actor)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        return (self.sign_ins if series.name.startswith("sign-in:") else self.refusals) - 1

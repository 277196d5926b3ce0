"""Somebody is refused again and again, or fails again and again to sign in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotations.accounts import log as accounts

from .acts import HOUR, Act, Hit, Known, Rule, Scope, hour_of


@dataclass(frozen=True)
class Refusals(Rule):
    """So many refused requests of one person, or failed sign-ins of one account, in an hour."""

    kind: ClassVar[str] = "refusals"
    reads_data: ClassVar[bool] = True
    refusals: int = 5
    sign_ins: int = 5

    @property
    def actions(self) -> frozenset[str]:
        return frozenset({accounts.REFUSED.code, accounts.SIGN_IN_FAILED.code})

    def scopes(self, act: Act) -> Iterable[Scope]:
        hour = hour_of(act.at)
        failed = act.action == accounts.SIGN_IN_FAILED.code
        who = f"sign-in:{act.data.get('account', '')}" if failed else f"refused:{act.actor}"
        yield Scope(f"{who}:{hour:%Y-%m-%dT%H}", act.actor, hour, hour + HOUR)

    def judge(self, scope: Scope, acts: Sequence[Act], known: Known) -> Hit | None:
        least = self.sign_ins if scope.key.startswith("sign-in:") else self.refusals
        return Hit(scope, len(acts), least - 1, tuple(acts)) if len(acts) >= least else None

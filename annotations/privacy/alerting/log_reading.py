"""Somebody who is no privacy officer reads the log, or tries to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotations.accounts import log as accounts
from annotations.accounts.enums import Role
from annotations.audit.registry import codes

from .acts import DAY, Act, Hit, Known, Rule, Scope, day_of

_PAGES = ("privacy.dossier_opened", "privacy.looked_up")
_READERS = frozenset(Role.values) - {Role.PRIVACY_OFFICER}


@dataclass(frozen=True)
class LogReading(Rule):
    """Reading the log or an officer's page in any other role, and every refused try. One alert for a person and a day.

    `tries` is how many there must be.
    """

    kind: ClassVar[str] = "log_reading"
    reads_data: ClassVar[bool] = True
    tries: int = 1

    @property
    def actions(self) -> frozenset[str]:
        reading = {code for code in codes() if code.startswith("audit.")}
        return frozenset(reading) | {accounts.REFUSED.code, *_PAGES}

    def scopes(self, act: Act) -> Iterable[Scope]:
        refused = act.action == accounts.REFUSED.code
        if act.role not in _READERS or (refused and not str(act.data.get("route")).startswith("privacy:")):
            return
        day = day_of(act.at)
        yield Scope(f"{act.actor}:{day:%Y-%m-%d}", act.actor, day, day + DAY)

    def judge(self, scope: Scope, acts: Sequence[Act], known: Known) -> Hit | None:
        return Hit(scope, len(acts), self.tries - 1, tuple(acts)) if len(acts) >= self.tries else None

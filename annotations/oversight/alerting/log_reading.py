"""Somebody whose role may not read the log reads it, or tries to."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from annotations.accounts import log as accounts
from annotations.accounts.enums import Role
from annotations.accounts.matrix import matrix
from annotations.audit.registry import codes
from annotations.oversight.alerting.acts import DAY, Act, Counting, Known, Series

_PAGES = ("privacy.dossier_opened", "privacy.looked_up")
# Routes of the log's pages; the first is what they were called until they had rooms of their own.
_LOG_ROUTES = ("privacy:", "oversight:", "rights:", "break_glass:")


@dataclass(frozen=True)
class LogReading(Counting):
    """Reading the log or an officer's page in a role that may not, and every refused try.

    `tries` is how many there must be in 24 hours.
    """

    kind: ClassVar[str] = "log_reading"
    reads_data: ClassVar[bool] = True
    tries: int = 1

    @property
    def actions(self) -> frozenset[str]:
        reading = {code for code in codes() if code.startswith("audit.")}
        return frozenset(reading) | {accounts.REFUSED.code, *_PAGES}

    def series(self, act: Act) -> Iterable[Series]:
        refused = act.action == accounts.REFUSED.code
        if act.role in _outsiders() and not (
            refused and not str(act.data.get("route")).startswith(_LOG_ROUTES)
        ):
            yield Series(act.actor, DAY, act.actor)

    def allowed(self, series: Series, measured: int, at: datetime.datetime, known: Known) -> int:
        return self.tries - 1


def _outsiders() -> frozenset[str]:
    """The roles of accounts to which the permission matrix closes the log."""
    return frozenset(Role.values) - matrix().rule("oversight:log", "GET").roles

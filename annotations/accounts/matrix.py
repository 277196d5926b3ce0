"""The permission matrix: which role may call which route, read from one CSV file.

One line per route and method, with these columns:

- `route`: the URL's name with its namespace, for instance `review:accept`.
- `method`: of HTTP. HEAD counts as GET.
- `roles`: who may call it, as words with a blank between them. A word is a role's code (`accounts.enums.Role`) or
  `anonymous` for callers who are not signed in. `lead` may call it for everything that the view shows; `lead:own` may,
  but only for their own things: the view's selector filters, and a foreign thing looks as if it did not exist.
- `object`: for people, what limits the things that a role reaches, such as what `own` means on this route.
- `step_up`: what the caller's session needs besides the role. `act`: somebody has shown within the last minutes that
  they are there (`accounts/step_up.py`). `download`: the same when the download begins, but not for its further parts.
  Empty, or left off with its comma: nothing.

What is not listed is refused. Views and templates ask `accounts.may`, the middleware refuses; nothing compares roles.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.conf import settings

from annotations.accounts.enums import ANONYMOUS, Role

COLUMNS = ["route", "method", "roles", "object", "step_up"]
ROLES = (ANONYMOUS, *Role.values)
OWN = "own"


class StepUp(StrEnum):
    """When somebody has to show anew that they are there."""

    NEVER = ""
    ACT = "act"
    DOWNLOAD = "download"


@dataclass(frozen=True)
class Rule:
    """One line. `everything` are the roles that reach every object of the route, `own` those that reach theirs."""

    route: str
    method: str
    everything: frozenset[str]
    own: frozenset[str]
    step_up: StepUp = StepUp.NEVER

    @property
    def roles(self) -> frozenset[str]:
        return self.everything | self.own

    def allows(self, role: str) -> bool:
        return role in self.roles


class Matrix:
    """All rules by route and method."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: dict[tuple[str, str], Rule] = {}
        for rule in rules:
            if (rule.route, rule.method) in self.rules:
                raise ValueError(f"The permission matrix lists {rule.method} {rule.route} twice.")
            self.rules[rule.route, rule.method] = rule

    def allows(self, route: str, method: str, role: str) -> bool:
        """Whether `role` may call the route. HEAD counts as GET; what is not listed is refused."""
        rule = self.rules.get((route, "GET" if method == "HEAD" else method))
        return rule is not None and rule.allows(role)

    def rule(self, route: str, method: str) -> Rule:
        """The line of a route that the code itself names. Raises LookupError when there is none: a misspelt name must
        not pass for a refusal.
        """
        try:
            return self.rules[route, method]
        except KeyError:
            raise LookupError(f"The permission matrix has no line for {method} {route}.") from None

    def methods(self, route: str, role: str) -> list[str]:
        """The methods by which `role` may call the route."""
        return [rule.method for rule in self.rules.values() if rule.route == route and rule.allows(role)]


@cache
def load(path: Path) -> Matrix:
    """Reads the file. Raises ValueError when a column, a role or a word is not understood or stands there twice."""
    with path.open(newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if rows.fieldnames != COLUMNS:
            raise ValueError(f"The permission matrix has the columns {rows.fieldnames}, not {COLUMNS}.")
        return Matrix([_rule(row) for row in rows])


def matrix() -> Matrix:
    """The site's matrix."""
    return load(settings.PERMISSION_MATRIX)


def _rule(row: dict[str, str]) -> Rule:
    name = f"{row['method']} {row['route']}"
    row["step_up"] = row["step_up"] or StepUp.NEVER
    if None in row or None in row.values():
        raise ValueError(f"{name}: not one value per column")
    if row["step_up"] not in set(StepUp):
        raise ValueError(f"{name}: unknown step-up {row['step_up']!r}")
    everything, own = set[str](), set[str]()
    for word in row["roles"].split():
        role, _, reach = word.partition(":")
        if role not in ROLES or word not in {role, f"{role}:{OWN}"}:
            raise ValueError(f"{name}: unknown word {word!r}")
        if role in everything | own:
            raise ValueError(f"{name}: {role} stands there twice")
        (own if reach else everything).add(role)
    return Rule(row["route"], row["method"], frozenset(everything), frozenset(own), StepUp(row["step_up"]))

"""The permission matrix: which role may call which route, read from one CSV file.

Columns: `route` (namespaced URL name), `method`, one per role and `anonymous`, `object` (what limits the rows that a
role sees, in words for `own` cells). A cell is `yes`, `own` (yes, but only their own things: the view's selector
filters, and a foreign thing looks as if it did not exist) or empty (no). A route that is not listed is refused.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from annotations.accounts.enums import ANONYMOUS, Role

ROLES = (ANONYMOUS, *Role.values)
CELLS = {"": False, "own": True, "yes": True}


@dataclass(frozen=True)
class Rule:
    route: str
    method: str
    cells: dict[str, str]

    def allows(self, role: str) -> bool:
        return CELLS[self.cells[role]]


class Matrix:
    """All rules by route and method."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = {(rule.route, rule.method): rule for rule in rules}
        if len(self.rules) != len(rules):
            raise ValueError("The permission matrix lists a route and method twice.")

    def allows(self, route: str, method: str, role: str) -> bool:
        """Whether `role` may call the route. HEAD counts as GET; what is not listed is refused."""
        rule = self.rules.get((route, "GET" if method == "HEAD" else method))
        return rule is not None and rule.allows(role)

    def methods(self, route: str, role: str) -> list[str]:
        """The methods by which `role` may call the route."""
        return [rule.method for rule in self.rules.values() if rule.route == route and rule.allows(role)]


@cache
def load(path: Path) -> Matrix:
    """Reads the file; ValueError when a cell or a column is not understood."""
    with path.open(newline="") as file:
        rules = []
        for row in csv.DictReader(file):
            cells = {role: row[role].strip() for role in ROLES}
            if unknown := set(cells.values()) - set(CELLS):
                raise ValueError(f"{row['route']}: unknown cells {sorted(unknown)}")
            rules.append(Rule(row["route"].strip(), row["method"].strip(), cells))
    return Matrix(rules)

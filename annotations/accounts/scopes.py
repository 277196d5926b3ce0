"""What API keys open: the routes of each scope, read from one CSV file with the columns `scope`, `route` and `method`.

The permission matrix says what a role may; a key of that role may of it what its scopes list. The scope `any` stands
for every key. What is not listed is for people, who sign in.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.conf import settings

from annotations.accounts.enums import Scope
from annotations.accounts.matrix import Matrix, matrix

COLUMNS = ["scope", "route", "method"]
ANY = "any"

Call = tuple[str, str]
"""A route and a method."""


class Scopes:
    """The calls of each scope."""

    def __init__(self, calls: dict[str, set[Call]]) -> None:
        self.calls = calls

    def opens(self, route: str, method: str, scopes: Iterable[str]) -> bool:
        """Whether a key with these scopes opens the route. HEAD counts as GET."""
        call = (route, "GET" if method == "HEAD" else method)
        return any(call in self.calls.get(scope, ()) for scope in (ANY, *scopes))

    def of_role(self, role: str) -> list[Scope]:
        """The scopes of which the role may call something: what its keys can be made for."""
        found = matrix()
        return [
            scope
            for scope in Scope
            if any(found.allows(route, method, role) for route, method in self.calls.get(scope, ()))
        ]


@cache
def load(path: Path, known: Matrix) -> Scopes:
    """Reads the file. Raises ValueError for a scope that is unknown, or a call that the permission matrix lacks."""
    calls: dict[str, set[Call]] = {}
    with path.open(newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if rows.fieldnames != COLUMNS:
            raise ValueError(f"The scopes have the columns {rows.fieldnames}, not {COLUMNS}.")
        for row in rows:
            scope, call = row["scope"], (row["route"], row["method"])
            if scope not in {ANY, *Scope.values}:
                raise ValueError(f"{scope}: no such scope")
            if call not in known.rules:
                raise ValueError(f"{scope}: the permission matrix has no line for {call[1]} {call[0]}")
            calls.setdefault(scope, set()).add(call)
    return Scopes(calls)


def scopes() -> Scopes:
    """The site's scopes."""
    return load(settings.KEY_SCOPES, matrix())

"""Every reason for a hold is placed by something, and released by something or final."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from annotations.clips.enums import HoldReason
from annotations.clips.rules import FINAL

ROOT = Path(__file__).resolve().parents[2]
# The table "The gate" of the architecture: reason, when it is placed, when it is released.
DOCUMENTED = {
    reason: (placed, released)
    for reason, placed, released in re.findall(
        r"^\| `(\w+)` \| (.+) \| (.+) \|$", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE
    )
    if reason in HoldReason.values
}


@cache
def sources() -> list[ast.Module]:
    """The product's code, read when a test needs it: collecting the tests does not."""
    return [
        ast.parse(path.read_text())
        for folder in ("annotations", "reviewapp")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ]


@cache
def reasons_of(service: str) -> set[str]:
    """The reasons with which the sources call `clips.services.place` or `lift`, as they are written there."""
    return {
        reason
        for tree in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == service
        for reason in _reasons(call, tree)
    }


def _reasons(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    """What the second argument may be: the reason itself, a value of a table, or a variable that loops over some."""
    match call.args:
        case [_, ast.Attribute() as reason, _]:
            yield from _named(reason)
        case [_, ast.Subscript(value=ast.Name(id=table)), _]:
            yield from _assigned(table)
        case [_, ast.Name(id=variable), _]:
            for loop in ast.walk(tree):
                if isinstance(loop, ast.For) and ast.unparse(loop.target) == variable:
                    yield from _named(loop.iter)


def _assigned(table: str) -> Iterator[str]:
    for tree in sources():
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == table:
                yield from _named(statement.value)


def _named(expression: ast.expr) -> Iterator[str]:
    for name in re.findall(r"\bHoldReason\.(\w+)", ast.unparse(expression)):
        yield HoldReason[name].value


@pytest.mark.parametrize("reason", HoldReason.values)
def test_every_reason_is_placed(reason: str) -> None:
    assert reason in reasons_of("place")


@pytest.mark.parametrize("reason", HoldReason.values)
def test_every_reason_is_released_or_final(reason: str) -> None:
    assert (reason in reasons_of("release_hold")) is (reason not in FINAL)


def test_the_documents_say_when() -> None:
    assert DOCUMENTED.keys() == set(HoldReason.values)
    assert {reason for reason, (_, released) in DOCUMENTED.items() if released == "never"} == FINAL

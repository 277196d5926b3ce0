"""Tells what only tests of the SQLite column ask a database for: `.venv/bin/python -m tests.statements`.

A test with the mark `once` does not run on PostgreSQL. It needs a reason, and one is that other tests send PostgreSQL
all that it sends. Statements are the same when they differ in numbers, in the length of a list and in values of one
kind: two short texts are of one kind, a text with a zero byte is of another, as is one of thousands of characters. A
statement that the database refuses is one of its own. What programs ask for that a test starts is not seen.

Some tests send what PostgreSQL does not get and are `once` for another reason: those that walk every page, that send
what chance makes up, or that are about SQLite.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.backends import utils

ROOT = Path(__file__).resolve().parent.parent
LIST = re.compile(r"\(%s(?:, ?%s)*\)(?:, ?\(%s(?:, ?%s)*\))*")
VARIES = re.compile(r"\b\d+\b|[0-9a-f]{32}|(?<=SAVEPOINT )\S+")
LENGTHS = (0, 100, 500, 2000)
_sent: set[str] = set()
_by_test: dict[str, tuple[bool, list[str]]] = {}


def shape(statement: str, values: Any, error: str = "") -> str:
    """The statement without what may vary, the kinds of its values, and the error that it met."""
    text = VARIES.sub("N", LIST.sub("(...)", statement))
    kinds = [kind(value) for value in (values.values() if isinstance(values, dict) else values or ())]
    return f"{text} {sorted(set(kinds)) if '(...)' in text else kinds} {error}"


def kind(value: Any) -> str:
    if isinstance(value, str):
        size = sum(len(value) > length for length in LENGTHS)
        return f"text{size}{' zero' * (chr(0) in value)}{' beyond ASCII' * (not value.isascii())}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"integer{sum(abs(value) >= 2**bits for bits in (31, 63))}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}{sorted(set(map(kind, value)))}"
    return type(value).__name__


def pytest_configure(config: pytest.Config) -> None:
    """Listens to all connections, those of other threads too."""
    execute = utils.CursorWrapper._execute  # type: ignore[attr-defined]

    def recorded(self: Any, statement: Any, values: Any, *others: Any) -> Any:
        try:
            answer = execute(self, statement, values, *others)
        except Exception as error:
            _sent.add(shape(str(statement), values, type(error).__name__))
            raise
        _sent.add(shape(str(statement), values))
        return answer

    utils.CursorWrapper._execute = recorded  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _sent.clear()
    answer = yield
    once = bool(item.get_closest_marker("once")) and not item.get_closest_marker("both")
    _by_test[item.nodeid] = once, sorted(_sent)
    return answer


def pytest_sessionfinish(session: pytest.Session) -> None:
    name = os.environ.get("PYTEST_XDIST_WORKER", "all")
    Path(os.environ["STATEMENTS"], f"{name}.json").write_text(json.dumps(_by_test))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tests", nargs="*", help="tell of these tests only; all are run nevertheless")
    told = tuple(parser.parse_args().tests)
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "pytest", "-p", "tests.statements", "-n", "2", "--dist", "worksteal", "-q"]
        chosen = ["-m", "not long and (django_db or engines or not once)", "--ignore", "tests/browser"]
        variables = {**os.environ, "STATEMENTS": folder}
        subprocess.run([sys.executable, *command, *chosen], cwd=ROOT, env=variables, check=True)
        found: dict[str, tuple[bool, list[str]]] = {}
        for path in Path(folder).iterdir():
            found |= json.loads(path.read_text())
    sent_by = defaultdict(set)
    for test, (_, shapes) in found.items():
        for each in shapes:
            sent_by[each].add(test)
    on_both = {test for test, (once, _) in found.items() if not once}
    for each, tests in sorted(sent_by.items()):
        if not tests & on_both and (not told or any(test.startswith(told) for test in tests)):
            print("\n    ".join([each, *sorted(tests)]))


if __name__ == "__main__":
    main()

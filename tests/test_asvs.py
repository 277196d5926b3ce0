"""`docs/asvs.md` answers every item of levels 1 and 2 of OWASP's ASVS 5.0 once, and by tests that there are."""

import ast
import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "asvs.md"
ITEMS = ROOT / "tests" / "spec" / "asvs-5.0.0.csv"
"""The numbers and levels of the published list; facts, and none of its words."""
ANSWERS = ("met", "not applicable", "gap")
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_FIGURES = re.compile(r"\*\*(\d+) met, (\d+) not applicable, (\d+) open\*\*")


@dataclass(frozen=True)
class Row:
    """`proof` names the tests of what is met, or says why not."""

    item: str
    level: str
    asks: str
    answer: str
    proof: str


def rows() -> list[Row]:
    return [Row(*found) for found in _ROW.findall(DOCUMENT.read_text())]


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of tests that pytest would collect from a file, in classes as well, but those that are never run."""
    tree = ast.parse((ROOT / path).read_text())
    bodies = [
        tree.body,
        *(node.body for node in tree.body if isinstance(node, ast.ClassDef) and "Test" in node.name),
    ]
    return frozenset(
        node.name
        for body in bodies
        for node in body
        if isinstance(node, ast.FunctionDef)
        and not any("skip" in ast.unparse(each) for each in node.decorator_list)
    )


def test_every_item_of_the_list_has_one_row() -> None:
    with ITEMS.open() as file:
        listed = [(row["item"], row["level"]) for row in csv.DictReader(file)]
    assert len(listed) == 253
    assert [(row.item, row.level) for row in rows()] == listed


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.item)
def test_an_item_is_answered_by_tests_or_by_a_reason(row: Row) -> None:
    named = _TEST.findall(row.proof)
    said = _TEST.sub("", row.proof).strip(" ;.")
    assert row.answer in ANSWERS
    assert named if row.answer == "met" else said, "What is met names its tests; anything else says why."
    for path, name in named:
        assert Path(path).name.startswith("test_")
        assert name in names_in(path), f"{path}::{name}"


def test_the_figures_are_those_of_the_rows() -> None:
    counted = Counter(row.answer for row in rows())
    (told,) = _FIGURES.findall(DOCUMENT.read_text())
    assert tuple(map(int, told)) == tuple(counted[answer] for answer in ANSWERS)


def test_every_threat_has_a_test() -> None:
    """The table of the threat model; that its tests exist is held for every document (`tests/test_docs.py`)."""
    text = (ROOT / "docs" / "threat-model.md").read_text()
    table = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert len(table) > 20
    assert [line for line in table if not _TEST.search(line.split("|")[-2])] == []
    flows = {int(number) for number in re.findall(r"-- (\d+) ", text)}
    assert flows == {int(number) for number in re.findall(r"^\| (\d+) ", text, re.MULTILINE)}

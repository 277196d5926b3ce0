"""What the documents say of limits is what the code holds; and of keys, that each of them is told of."""

import datetime
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from reviewapp.settings.programs import SECRETS
from tests.test_source import ALGORITHMS, PRODUCT, ROOT

pytestmark = pytest.mark.once

LIMITS = ROOT / "docs" / "limits.md"
KEYS = ROOT / "docs" / "keys.md"
UNITS: dict[str, float] = {
    "": 1,
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "days": 86400,
    "MB": 10**6,
    "MiB": 2**20,
}


def table(document: Path, heading: str) -> list[list[str]]:
    """The cells of the rows of the table under a heading, without its own head."""
    _, _, section = document.read_text().partition(f"\n## {heading}\n")
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def limits() -> list[list[str]]:
    headings = ("For each person, key or link", "For one thing", "For the site")
    return [row for heading in headings for row in table(LIMITS, heading)]


def held(where: str) -> Any:
    """The value that the code has there."""
    module, name, part = re.fullmatch(r"`([\w.]+):(\w+)(?:\[(\w+)\])?`", where).groups()  # type: ignore[union-attr]
    value = getattr(import_module(module), name)
    return value[part] if part else value


@pytest.mark.parametrize("row", limits(), ids=lambda row: row[0])
def test_a_limit_is_the_one_that_the_code_holds(row: list[str]) -> None:
    _what, most, where = row
    found = held(where)
    if isinstance(found, str):
        assert found == most
        return
    number, _, unit = most.partition(" ")
    told = int(number) * UNITS[unit]
    if isinstance(found, datetime.timedelta):
        found = found.total_seconds()
    elif "MINUTES" in where:
        found *= 60
    assert found == told


def test_what_must_fit_together_is_refused_by_these_codes() -> None:
    source = "".join(path.read_text() for top in PRODUCT for path in sorted((ROOT / top).rglob("*.py")))
    codes = [
        code for row in table(LIMITS, "What must fit together") for code in re.findall(r"`(\w+)`", row[-1])
    ]
    assert len(codes) > 8
    assert [code for code in codes if f'"{code}"' not in source] == []


def test_every_key_is_in_the_inventory_with_what_it_may_do_and_how_long() -> None:
    rows = table(KEYS, "Every key")
    variables = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert set(SECRETS) <= variables
    for row in rows:
        assert len(row) == 6, row
        assert all(row), row
        assert re.search(r"\d+ (days|months|years?)|hours|with|never|each", row[-1]), row


def test_the_inventory_names_every_algorithm() -> None:
    told = " ".join(row[1] for row in table(KEYS, "Every key"))
    for family, members in {
        "AES-256-GCM": {"AESGCM"},
        "AES key wrap": {"aes_key_wrap", "aes_key_unwrap"},
        "Ed25519": {"Ed25519PrivateKey", "Ed25519PublicKey"},
        "HKDF": {"HKDF"},
        "SHA-256": {"SHA256"},
    }.items():
        assert members <= ALGORITHMS
        assert family in told

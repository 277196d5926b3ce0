"""The entries that benchmarks make up are such as the log would hold."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from annotations.audit import registry
from annotations.audit.canonical import canonical, timestamp
from annotations.audit.models import LogEntry
from benchmarks import log_fill
from benchmarks.log_lines import Row, Writer


def rows(seed: int) -> list[Row]:
    return [row for batch in Writer(3000, seed).batches(500) for row in batch]


def test_made_up_entries_are_canonical_and_of_declared_kinds() -> None:
    made = rows(seed=1)
    assert len(made) == 3000
    for row in made:
        body = json.loads(row[1])
        assert canonical(body) == row[1]
        registry.lookup(row[3]).check(body["data"])
        assert registry.lookup(row[3]).present(body["data"])
    assert [row[2] for row in made] == sorted(row[2] for row in made)
    assert len({row[0] for row in made}) == 3000


@pytest.mark.once
def test_the_command_fills_a_database(fresh_database: str) -> None:
    assert_filled_by_the_command(fresh_database)


@pytest.mark.long
def test_the_command_makes_a_database_from_nothing(tmp_path: Path) -> None:
    assert_filled_by_the_command(f"sqlite:///{tmp_path / 'log.sqlite3'}", "--migrate")


def assert_filled_by_the_command(url: str, *options: str) -> None:
    command = [sys.executable, "benchmarks/log_data.py", "--entries", "300", "--url", url, *options]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        assert database.execute("SELECT count(*) FROM audit_logentry").fetchone() == (300,)
        indexes = database.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'logentry_%'"
        ).fetchone()
    assert indexes == (len(LogEntry._meta.indexes),)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert rows(seed=2) == rows(seed=2)
    assert rows(seed=2) != rows(seed=3)


@pytest.mark.django_db
def test_they_are_stored_as_the_product_stores_entries_and_never_beside_real_ones() -> None:
    log_fill.fill(1000, 1, 20, False)
    assert LogEntry.objects.count() == 1000
    for entry in LogEntry.objects.order_by("-occurred_at")[:100]:
        body = json.loads(bytes(entry.canonical))
        assert body["id"] == str(entry.id)
        assert body["time"] == timestamp(entry.occurred_at)
        assert body["clip"] == (str(entry.clip) if entry.clip else None)
        assert (body["actor"]["pseudonym"], body["actor"]["role"]) == (entry.actor, entry.actor_role)
    with pytest.raises(SystemExit):
        log_fill.fill(1000, 1, 20, False)

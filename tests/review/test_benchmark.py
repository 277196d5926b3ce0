"""The queue's benchmark runs as it is documented, counts what it should, and leaves the caller's site alone."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.queue import double_hand_outs, milliseconds
from tests.conftest import ROOT


def test_a_clip_given_to_more_people_than_wanted_counts_as_a_double_hand_out() -> None:
    once = {("a1", "clip", "ann"), ("a2", "other", "bob")}
    twice = once | {("a3", "clip", "bob")}
    assert double_hand_outs(once, wanted=1) == 0
    assert double_hand_outs(twice, wanted=1) == 1
    assert double_hand_outs(twice, wanted=2) == 0


def test_a_clip_given_twice_to_one_person_counts_whatever_is_wanted() -> None:
    assert double_hand_outs({("a1", "clip", "ann"), ("a2", "clip", "ann")}, wanted=2) == 1


def test_percentiles_are_of_the_durations() -> None:
    found = milliseconds([n / 1000 for n in range(1, 102)])
    assert (found["p50_ms"], found["p95_ms"], found["p99_ms"], found["max_ms"]) == (51.0, 96.0, 100.0, 101.0)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.engines
def test_it_labels_every_clip_of_a_site_of_its_own_and_prints_one_object() -> None:
    command = [sys.executable, "benchmarks/queue.py", "--reviewers", "3", "--tasks", "6", "--wanted", "2"]
    database = os.environ.get("TEST_DATABASE", "sqlite")
    done = subprocess.run(
        [*command, "--database", database],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "sqlite:////nonexistent/never-touched.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["annotations"], result["annotations_kept"], result["double_hand_outs"]) == (12, 12, 0)
    assert result["errors"] == {}
    assert {"p50_ms", "p95_ms", "p99_ms"} <= set(result["claim"]) & set(result["submit"])

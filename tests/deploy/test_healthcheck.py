"""What the containers ask of themselves."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.healthcheck import BEAT_SECONDS, beat_works

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "healthcheck.py"


def test_beat_works_while_it_writes_its_schedule(tmp_path: Path) -> None:
    schedule = tmp_path / "beat-schedule"
    assert not beat_works(schedule, time.time())
    (tmp_path / "beat-schedule.db").touch()
    assert beat_works(schedule, time.time())
    assert not beat_works(schedule, time.time() + BEAT_SECONDS + 1)


@pytest.mark.parametrize(("written", "status"), [(True, 0), (False, 1)])
def test_the_command_for_beat_ends_as_it_found(written: bool, status: int, tmp_path: Path) -> None:
    schedule = tmp_path / "schedule"
    if written:
        schedule.touch()
    variables = {**os.environ, "BEAT_SCHEDULE_FILE": str(schedule)}
    done = subprocess.run([sys.executable, SCRIPT, "--written-by-beat"], env=variables, check=False)
    assert done.returncode == status


def test_a_web_server_that_is_not_there_does_not_work() -> None:
    """Nothing of the tests listens on the port of the container's own server."""
    done = subprocess.run(
        [sys.executable, SCRIPT], env={**os.environ, "ALLOWED_HOSTS": "review.example.org"}, check=False
    )
    assert done.returncode == 1

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engines.forking import ROOT
from tests.engines.programs import wait_until

pytestmark = pytest.mark.once

# A program with a child of its own, in another session, as the machine pass is of a worker.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(600)
"""
SUPERVISE = """
import os, sys
from pathlib import Path
from reviewapp.supervisor import Program, Supervisor
logs, script = Path(sys.argv[1]), sys.argv[2]
programs = [Program("one", [sys.executable, "-c", script])]
supervisor = Supervisor(programs, logs, os.environ, lambda text: print(text, flush=True))
started = lambda: (logs / "one.log").read_text() != ""
sys.exit(supervisor.run(ready=started, announce=lambda: print("ready", flush=True)))
"""


Supervise = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Supervise]:
    """Starts a supervisor of one Python program, whose output goes to one.log."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SUPERVISE, str(tmp_path), script]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        with process:
            process.terminate()


def lines(folder: Path) -> list[str]:
    log = folder / "one.log"
    return log.read_text().split() if log.exists() else []


def runs(pid: int) -> bool:
    """Whether the process exists and is not merely waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_descendant(supervise: Supervise, tmp_path: Path, number: signal.Signals) -> None:
    supervisor = supervise(PARENT)
    wait_until(lambda: len(lines(tmp_path)) == 1, 60)
    descendants = [*children_of(supervisor.pid), int(lines(tmp_path)[0])]
    assert all(map(runs, descendants))
    supervisor.send_signal(number)
    assert supervisor.wait(60) == 0
    assert not any(map(runs, descendants))


def test_a_program_that_dies_is_started_again(supervise: Supervise, tmp_path: Path) -> None:
    supervisor = supervise(PARENT)
    wait_until(lambda: len(lines(tmp_path)) == 1, 60)
    os.kill(children_of(supervisor.pid)[0], signal.SIGKILL)
    wait_until(lambda: len(lines(tmp_path)) == 2, 60)
    supervisor.terminate()
    assert supervisor.wait(60) == 0
    assert not any(runs(int(pid)) for pid in lines(tmp_path))


def test_a_program_that_keeps_dying_ends_the_rest_and_says_why(supervise: Supervise, tmp_path: Path) -> None:
    supervisor = supervise("print('no such thing', flush=True); raise SystemExit(3)")
    output, _ = supervisor.communicate(timeout=60)
    assert supervisor.returncode == 1
    assert "one keeps ending" in output
    assert "no such thing" in output.rsplit("keeps ending", 1)[1]


def test_programs_end_when_the_supervisor_is_killed_outright(supervise: Supervise, tmp_path: Path) -> None:
    supervisor = supervise("import time; print('up', flush=True); time.sleep(600)")
    wait_until(lambda: lines(tmp_path) == ["up"], 60)
    programs = children_of(supervisor.pid)
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: not any(map(runs, programs)), 10)


def test_readiness_is_announced_once(supervise: Supervise, tmp_path: Path) -> None:
    supervisor = supervise("import time; print('up', flush=True); time.sleep(600)")
    wait_until(lambda: lines(tmp_path) == ["up"], 60)
    time.sleep(0.5)
    supervisor.terminate()
    output, _ = supervisor.communicate(timeout=60)
    assert output.split() == ["ready"]

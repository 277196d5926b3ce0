"""Runs programs side by side until told to stop, and leaves no process behind (Linux).

Every program leads a session of its own. Should this process be killed outright, the kernel sends each of them
SIGQUIT (PR_SET_PDEATHSIG), on which gunicorn and Celery end at once with their children. Descendants whose parent
died come to this process (PR_SET_CHILD_SUBREAPER), so that none of them can be lost sight of.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)

RESTARTS, WITHIN_SECONDS = 5, 60
GRACE_SECONDS = 10
_TICK = 0.1


@dataclass(frozen=True)
class Program:
    """A command line under a name, which its log file bears too. `variables` are this program's alone."""

    name: str
    command: list[str]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    starts: list[float] = field(default_factory=list)


class Supervisor:
    """Starts the programs, starts again what dies (at most 5 times a minute), stops all on SIGINT or SIGTERM."""

    def __init__(
        self, programs: list[Program], logs: Path, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self.programs = programs
        self.logs = logs
        self.environment = environment
        self.say = say
        self._children: list[_Child] = []
        self._stopping = False

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Until a signal comes (0) or a program keeps dying (1). `announce` is called once `ready` is true."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.logs.mkdir(parents=True, exist_ok=True)
        status, announced = 0, False
        try:
            for program in self.programs:
                (self.logs / f"{program.name}.log").write_bytes(b"")
                self._children.append(_Child(program, self._start(program), [time.monotonic()]))
            while not self._stopping:
                time.sleep(_TICK)
                self._reap()
                if not all(self._alive(child) for child in self._children):
                    status = 1
                    break
                if not announced and ready():
                    announced = True
                    announce()
        finally:
            self._end()
        return status

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, program: Program) -> subprocess.Popen[bytes]:
        parent = os.getpid()

        def follow_parent() -> None:
            # A shell that starts a job in the background has these ignored, and children inherit it.
            for number in (signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

        with (self.logs / f"{program.name}.log").open("ab") as log:
            return subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self.environment, **program.variables},
                start_new_session=True,
                preexec_fn=follow_parent,
            )

    def _alive(self, child: _Child) -> bool:
        """True while the program runs or could be started again; False when it died too often."""
        if child.process.poll() is None or self._stopping:
            return True
        _kill_group(child.process.pid)
        now = time.monotonic()
        child.starts = [moment for moment in child.starts if now - moment < WITHIN_SECONDS]
        log = self.logs / f"{child.program.name}.log"
        if len(child.starts) > RESTARTS:
            self.say(f"{child.program.name} keeps ending; giving up. The end of {log}:\n{_tail(log)}")
            return False
        self.say(
            f"{child.program.name} ended with status {child.process.returncode}; starting it again ({log})"
        )
        time.sleep(min(1.0, 0.1 * 2 ** len(child.starts)))
        child.starts.append(time.monotonic())
        child.process = self._start(child.program)
        return True

    def _reap(self) -> None:
        """Collects descendants that came to this process when their parent died."""
        for pid in self._orphans():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)

    def _orphans(self) -> list[int]:
        known = {child.process.pid for child in self._children}
        found: set[int] = set()
        for children in Path("/proc/self/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found.update(map(int, children.read_text().split()))
        return sorted(found - known)

    def _end(self) -> None:
        """Asks everything to end, waits, then ends what is left, orphans included."""
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(child.process.poll() is None for child in self._children):
            time.sleep(_TICK)
        for child in self._children:
            _kill_group(child.process.pid)
            child.process.wait()
        while orphans := self._orphans():
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

"""Running `annotations.vision` as a child process that is confined, observed, and ended in any case.

Standard library only.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotations.vision import landlock, models
from annotations.vision.child_streams import ChildStreams
from annotations.vision.errors import UnconfinedError, VideoError, decoder_crashed
from annotations.vision.own_memory import make_unreadable
from annotations.vision.usage import UsageLimit

ProgressCallback = Callable[[dict[str, Any]], None]
"""Is given `stage`, `done` and `total`."""
HeartbeatCallback = Callable[[], None]

CHECKOUT = Path(__file__).parents[2]
"""The folder that holds the package, which the child has to find."""
HEARTBEAT_SECONDS = 1.0
USAGE_SECONDS = 0.25
"""Between two checks of what the child uses."""
ENDING_SECONDS = 10.0
"""That a child may live on after it has closed its streams."""
DEFAULT_MEMORY = 1_500_000_000
DEFAULT_FILE = 1_000_000_000


@dataclass(frozen=True)
class Sandbox:
    """What a child may use: seconds of wall time, descriptors that it reads and those that it writes, bytes of memory
    (what it writes included) and of a file, its folder of models (None: the one of this process), files that it may
    read beside them and our code; and whether it may run where the system has no Landlock."""

    timeout_s: float
    inputs: Sequence[int] = ()
    outputs: Sequence[int] = ()
    memory_bytes: int = DEFAULT_MEMORY
    file_bytes: int = DEFAULT_FILE
    models_dir: Path | None = None
    readable: Sequence[Path] = ()
    without_landlock: bool = False

    @property
    def models(self) -> Path:
        """The folder of models, absolute."""
        return (self.models_dir or models.folder()).absolute()

    def bounds(self) -> dict[str, Any]:
        """The fields of `confinement.Bounds`."""
        readable = (CHECKOUT / "annotations", self.models, *self.readable)
        return {
            "memory_bytes": self.memory_bytes,
            "cpu_seconds": int(self.timeout_s * (os.cpu_count() or 1)) + 1,
            "file_bytes": min(self.file_bytes, self.memory_bytes),
            "parent": os.getpid(),
            "readable": [str(place) for place in readable],
            "without_landlock": self.without_landlock,
            "read_only": list(self.inputs),
        }

    def environment(self) -> dict[str, str]:
        """Nothing of ours but what is needed to start: no passwords, keys or addresses."""
        return {
            "PATH": os.defpath,
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "MODELS_DIR": str(self.models),
        }


@dataclass(frozen=True)
class Observer:
    """Callbacks of whoever waits for a child. `heartbeat` is called about every second and may raise: that stops the
    child, and the error goes on to the caller."""

    on_progress: ProgressCallback | None = None
    heartbeat: HeartbeatCallback | None = None


NOBODY = Observer()
"""Nobody observes the child."""


@dataclass(frozen=True)
class CompletedRun:
    """How a child ended: exit status (negative: the signal that killed it) and the ends of its output."""

    status: int
    stdout: str
    stderr: str


def run(arguments: Sequence[str], sandbox: Sandbox, observer: Observer = NOBODY) -> CompletedRun:
    """Run `annotations.vision` with these arguments, confined, to its end.

    It can read our code, the folder of models and what is `readable`, and write only the `outputs`. This process
    makes its own memory unreadable for good. Raises UnconfinedError where the system has no Landlock and the sandbox
    wants it; VideoError: "decoder_timeout" when it took too long, "decoder_crashed" when it died, used more than it
    may, or told what makes no sense.
    """
    if not sandbox.without_landlock and not landlock.version():
        raise UnconfinedError
    make_unreadable()
    read, write = os.pipe()
    with (
        open(os.memfd_create("scratch"), "wb") as scratch,
        open(read, "rb", buffering=0) as progress,
        open(write, "wb", buffering=0) as told,
    ):
        handed_over = [*sandbox.inputs, *sandbox.outputs, scratch.fileno()]
        usage = UsageLimit(handed_over, sandbox.memory_bytes)
        bounds = json.dumps({**sandbox.bounds(), "scratch": scratch.fileno()})
        command = [sys.executable, "-m", "annotations.vision.confinement", bounds, *arguments]
        if observer.on_progress is not None:
            command += ["--progress", str(told.fileno())]
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[*handed_over, told.fileno()],
            env=sandbox.environment(),
            cwd="/",
            start_new_session=True,
        )
        told.close()
        try:
            stdout, stderr = _Attended(child, usage, sandbox, observer).to_its_end(progress.fileno())
        finally:
            _end(child)
    if child.returncode == -signal.SIGXCPU:
        raise VideoError("decoder_timeout")
    if child.returncode < 0:
        raise decoder_crashed()
    return CompletedRun(child.returncode, stdout, stderr)


class _Attended:
    """A child whose streams are read, whose usage is bounded, and whose time is limited."""

    def __init__(
        self, child: "subprocess.Popen[bytes]", usage: UsageLimit, sandbox: Sandbox, observer: Observer
    ) -> None:
        self._child, self._usage, self._observer = child, usage, observer
        now = time.monotonic()
        self._deadline = now + sandbox.timeout_s
        self._next_beat, self._next_check = now + HEARTBEAT_SECONDS, now

    def to_its_end(self, progress: int) -> tuple[str, str]:
        """What it has said on its output and its remarks. Raises VideoError, and what the observer raises."""
        if self._child.stdout is None or self._child.stderr is None:
            raise ValueError("the child has no pipes")
        with contextlib.closing(
            ChildStreams(self._child.stdout.fileno(), self._child.stderr.fileno(), progress)
        ) as streams:
            while streams.anything_open:
                for told in streams.read(self._seconds()):
                    if self._observer.on_progress is not None:
                        self._observer.on_progress(told)
                self._attend()
            self._await_end()
            return streams.said()

    def _await_end(self) -> None:
        """Wait for a child that has closed its streams, which it does by ending."""
        latest = time.monotonic() + ENDING_SECONDS
        while True:
            try:
                self._child.wait(max(0.01, self._seconds()))
                return
            except subprocess.TimeoutExpired:
                self._attend()
            if time.monotonic() >= latest:
                raise decoder_crashed()

    def _seconds(self) -> float:
        """Until something is due."""
        return min(self._next_beat, self._next_check, self._deadline) - time.monotonic()

    def _attend(self) -> None:
        """Do what is due by now."""
        now = time.monotonic()
        if now >= self._deadline:
            raise VideoError("decoder_timeout")
        if now >= self._next_check:
            self._next_check = now + USAGE_SECONDS
            self._usage.check(self._child.pid)
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT_SECONDS
            if self._observer.heartbeat is not None:
                self._observer.heartbeat()


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Whatever happened, nothing of the child's group is left running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdout, child.stderr):
        if stream is not None:
            stream.close()

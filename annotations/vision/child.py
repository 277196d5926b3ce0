"""Running `annotations.vision` as a child process that is confined, observed, and ended in any case.

Standard library only.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotations.vision import models
from annotations.vision.errors import VideoError

ProgressCallback = Callable[[dict[str, Any]], None]
"""Is given `stage`, `done` and `total`."""
HeartbeatCallback = Callable[[], None]

CHECKOUT = Path(__file__).parents[2]
"""The folder that holds the package, which the child has to find."""
MOST_OUTPUT = 1_000_000
"""Bytes of each of the child's streams that are kept: the last ones."""
HEARTBEAT_SECONDS = 1.0
DEFAULT_MEMORY = 1_500_000_000
DEFAULT_FILE = 1_000_000_000


@dataclass(frozen=True)
class Sandbox:
    """What a child may use: seconds of wall time, descriptors, bytes of memory and of a file, its folder of models
    (None: the one of this process), and files that it may read beside them and our code."""

    timeout_s: float
    inputs: Sequence[int] = ()
    memory_bytes: int = DEFAULT_MEMORY
    file_bytes: int = DEFAULT_FILE
    models_dir: Path | None = None
    readable: Sequence[Path] = ()

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
            "file_bytes": self.file_bytes,
            "parent": os.getpid(),
            "readable": [str(place) for place in readable],
        }

    def environment(self) -> dict[str, str]:
        """Nothing of ours but what is needed to start: no passwords, keys or addresses."""
        return {
            "PATH": os.defpath,
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
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

    It can read our code, the folder of models and what is `readable`, and write only the descriptors.
    Raises VideoError: "decoder_timeout" when it took too long, "decoder_crashed" when it died.
    """
    progress_read, progress_write = os.pipe()
    bounds = json.dumps(sandbox.bounds())
    command = [sys.executable, "-m", "annotations.vision.confinement", bounds, *arguments]
    if observer.on_progress is not None:
        command += ["--progress", str(progress_write)]
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[*sandbox.inputs, progress_write],
            env=sandbox.environment(),
            cwd="/",
            start_new_session=True,
        )
    except BaseException:
        os.close(progress_read)
        raise
    finally:
        os.close(progress_write)
    try:
        stdout, stderr = _read_streams(child, progress_read, time.monotonic() + sandbox.timeout_s, observer)
    finally:
        os.close(progress_read)
        _end(child)
    if child.returncode == -signal.SIGXCPU:
        raise VideoError("decoder_timeout")
    if child.returncode < 0:
        raise VideoError("decoder_crashed")
    return CompletedRun(child.returncode, stdout, stderr)


def _read_streams(
    child: "subprocess.Popen[bytes]", progress: int, deadline: float, observer: Observer
) -> tuple[str, str]:
    """Read the child's three streams until it has closed them. Raises VideoError("decoder_timeout")."""
    if child.stdout is None or child.stderr is None:
        raise ValueError("the child has no pipes")
    output, remarks = child.stdout.fileno(), child.stderr.fileno()
    kept = {output: bytearray(), remarks: bytearray(), progress: bytearray()}
    next_beat = time.monotonic() + HEARTBEAT_SECONDS
    with selectors.DefaultSelector() as selector:
        for descriptor in kept:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select(max(0.0, min(next_beat, deadline) - time.monotonic())):
                data = os.read(key.fd, 65536)
                if not data:
                    selector.unregister(key.fd)
                kept[key.fd] += data
                if key.fd == progress and observer.on_progress is not None:
                    _report_lines(kept[progress], observer.on_progress)
                del kept[key.fd][:-MOST_OUTPUT]
            now = time.monotonic()
            if now >= deadline:
                raise VideoError("decoder_timeout")
            if now >= next_beat:
                next_beat = now + HEARTBEAT_SECONDS
                if observer.heartbeat is not None:
                    observer.heartbeat()
    try:
        child.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise VideoError("decoder_timeout") from error
    return kept[output].decode(errors="replace"), kept[remarks].decode(errors="replace")


def _report_lines(buffer: bytearray, on_progress: ProgressCallback) -> None:
    """Take whole lines out of what the child wrote, and pass them on."""
    while (end := buffer.find(b"\n")) >= 0:
        line = bytes(buffer[:end])
        del buffer[: end + 1]
        on_progress(json.loads(line))


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Whatever happened, nothing of the child's group is left running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdout, child.stderr):
        if stream is not None:
            stream.close()

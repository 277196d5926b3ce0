"""Run the command line as a confined child process: the only way in which the site touches untrusted bytes.

Standard library only. The clip travels through file descriptors of memory files, so that its plain bytes
never reach a disk.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotations.vision import models
from annotations.vision.errors import VideoError, VisionError
from annotations.vision.limits import Limits
from annotations.vision.report import MissedFace, RepairOrder

ProgressListener = Callable[[dict[str, Any]], None]
Heartbeat = Callable[[], None]

CHECKOUT = Path(__file__).parents[2]
MOST_OUTPUT = 1_000_000
HEARTBEAT_SECONDS = 1.0
PROBE_TIMEOUT = 30.0
DEFAULT_MEMORY = 1_500_000_000
DEFAULT_FILE = 1_000_000_000


@dataclass(frozen=True)
class CompletedRun:
    """How a child ended: exit status (negative: the signal that killed it) and the ends of its output."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class RedactOptions:
    """Options of one redaction; `detector` (a manifest, or a YuNet file) replaces the built-in one,
    `classifiers` are manifests, `missed_faces` what a person drew."""

    effect: str = "blur"
    screening: bool = True
    detector: Path | None = None
    classifiers: Sequence[Path] = ()
    missed_faces: Sequence[MissedFace] = ()
    models_dir: Path | None = None
    limits: Limits = field(default_factory=Limits)
    timeout_s: float = 1500.0
    memory_bytes: int = DEFAULT_MEMORY


def run(
    arguments: Sequence[str],
    *,
    inputs: Sequence[int] = (),
    timeout_s: float,
    memory_bytes: int = DEFAULT_MEMORY,
    file_bytes: int = DEFAULT_FILE,
    on_progress: ProgressListener | None = None,
    heartbeat: Heartbeat | None = None,
    models_dir: Path | None = None,
    readable: Sequence[Path] = (),
) -> CompletedRun:
    """Run `annotations.vision` with these arguments and descriptors, confined, to its end.

    It can read our code, the folder of models and what is `readable`, and write only the descriptors.
    `heartbeat` is called about every second and may raise: that stops the child, and the error goes on to
    the caller. Raises VideoError: "decoder_timeout" when it took too long, "decoder_crashed" when it died.
    """
    progress_read, progress_write = os.pipe()
    bounds = {
        "memory_bytes": memory_bytes,
        "cpu_seconds": int(timeout_s * (os.cpu_count() or 1)) + 1,
        "file_bytes": file_bytes,
        "parent": os.getpid(),
        "readable": [str(place) for place in (CHECKOUT / "annotations", _models(models_dir), *readable)],
    }
    command = [sys.executable, "-m", "annotations.vision.confinement", json.dumps(bounds), *arguments]
    if on_progress is not None:
        command += ["--progress", str(progress_write)]
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[*inputs, progress_write],
            env=_environment(models_dir),
            cwd="/",
            start_new_session=True,
        )
    except BaseException:
        os.close(progress_read)
        raise
    finally:
        os.close(progress_write)
    try:
        stdout, stderr = _listen(child, progress_read, time.monotonic() + timeout_s, on_progress, heartbeat)
    finally:
        os.close(progress_read)
        _end(child)
    if child.returncode == -signal.SIGXCPU:
        raise VideoError("decoder_timeout")
    if child.returncode < 0:
        raise VideoError("decoder_crashed")
    return CompletedRun(child.returncode, stdout, stderr)


def probe(fd: int, limits: Limits, *, timeout_s: float = PROBE_TIMEOUT) -> dict[str, Any]:
    """What the file behind a descriptor is (the fields of `video.Probe`). Raises VideoError."""
    done = run(
        ["probe", f"/proc/self/fd/{fd}", *_limit_arguments(limits)],
        inputs=[fd],
        timeout_s=timeout_s,
        file_bytes=1_000_000,
    )
    answer = _answer(done)
    answer.pop("ok")
    return answer


def clean(fd_in: int, fd_out: int, limits: Limits, *, timeout_s: float, memory_bytes: int) -> int:
    """Make the clip behind one descriptor anew into another, hiding nothing; the number of frames.

    Raises VideoError for input that is not accepted, VisionError for failures of ours.
    """
    done = run(
        ["clean", f"/proc/self/fd/{fd_in}", f"/proc/self/fd/{fd_out}", *_limit_arguments(limits)],
        inputs=[fd_in, fd_out],
        timeout_s=timeout_s,
        memory_bytes=memory_bytes,
    )
    return int(_answer(done)["frames"])


def redact(
    fd_in: int,
    fd_out: int,
    options: RedactOptions,
    on_progress: ProgressListener | None = None,
    heartbeat: Heartbeat | None = None,
) -> tuple[dict[str, Any], int]:
    """Redact from one descriptor to another; the report and the exit status, 0 or 3.

    On 3 a face was found outside what was hidden: `fd_out` is empty and the report says where. Raises
    VideoError for input that is not accepted, VisionError for failures of ours.
    """
    missed_fd = os.memfd_create("missed faces")
    try:
        arguments = ["redact", f"/proc/self/fd/{fd_in}", f"/proc/self/fd/{fd_out}"]
        arguments += [] if options.screening else ["--no-screening"]
        readable: list[Path] = []
        for manifest in options.classifiers:
            arguments += ["--classifier", str(Path(manifest).resolve())]
            readable += _files_of(Path(manifest).resolve())
        if options.missed_faces:
            # Not an argument: those are bounded by the system, and what people draw is not.
            _write(missed_fd, list(options.missed_faces))
            arguments += ["--missed-faces", f"/proc/self/fd/{missed_fd}"]
        inputs = [fd_in, fd_out, missed_fd]
        return _reported(arguments, inputs, options, on_progress, heartbeat, readable)
    finally:
        os.close(missed_fd)


def repair(
    fd_in: int,
    fd_earlier: int,
    fd_out: int,
    order: RepairOrder,
    options: RedactOptions,
    on_progress: ProgressListener | None = None,
    heartbeat: Heartbeat | None = None,
    fd_examples: int | None = None,
) -> tuple[dict[str, Any], int]:
    """Make the rendition behind `fd_earlier` anew where it hides something else now; otherwise as `redact`.

    `fd_examples` takes the original frames of drawn faces. Raises VisionError as `annotations.vision.repair` does,
    "not_spliceable" and "unchanged" included.
    """
    order_fd = os.memfd_create("order")
    try:
        _write(order_fd, order)
        arguments = ["repair", *(f"/proc/self/fd/{fd}" for fd in (fd_in, fd_earlier, fd_out))]
        arguments += ["--order", f"/proc/self/fd/{order_fd}"]
        inputs = [fd_in, fd_earlier, fd_out, order_fd]
        if fd_examples is not None:
            arguments += ["--examples", f"/proc/self/fd/{fd_examples}"]
            inputs.append(fd_examples)
        return _reported(arguments, inputs, options, on_progress, heartbeat, [])
    finally:
        os.close(order_fd)


def _reported(
    arguments: Sequence[str],
    inputs: Sequence[int],
    options: RedactOptions,
    on_progress: ProgressListener | None,
    heartbeat: Heartbeat | None,
    readable: Sequence[Path],
) -> tuple[dict[str, Any], int]:
    """Run a command that writes a report; the report and the exit status, 0 or 3."""
    report_fd = os.memfd_create("report")
    try:
        more = ["--report", f"/proc/self/fd/{report_fd}", "--effect", options.effect]
        files = list(readable)
        if options.detector is not None:
            more += ["--detector", str(options.detector.resolve())]
            files += _files_of(options.detector.resolve())
        done = run(
            [*arguments, *more, *_limit_arguments(options.limits)],
            inputs=[*inputs, report_fd],
            timeout_s=options.timeout_s,
            memory_bytes=options.memory_bytes,
            on_progress=on_progress,
            heartbeat=heartbeat,
            models_dir=options.models_dir,
            readable=files,
        )
        if done.status not in {0, 3}:
            _answer(done)
        with os.fdopen(os.dup(report_fd), "rb") as written:
            written.seek(0)
            report: dict[str, Any] = json.load(written)
        return report, done.status
    finally:
        os.close(report_fd)


def _write(descriptor: int, what: object) -> None:
    with os.fdopen(os.dup(descriptor), "w") as stream:
        json.dump(what, stream)


def _files_of(manifest: Path) -> list[Path]:
    """A manifest and the model that it names, or a model alone. What is wrong with one, the child says."""
    try:
        named = str(json.loads(manifest.read_text())["path"])
    except (OSError, KeyError, TypeError, ValueError):
        return [manifest]
    return [manifest, manifest.parent / named]


def _answer(done: CompletedRun) -> dict[str, Any]:
    """The JSON that the child printed, or the error that it describes."""
    try:
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise VisionError("internal_failure", done.stderr.strip()[-500:] or "no answer") from error
    if answer.get("ok"):
        return answer
    kind = VideoError if done.status == 2 else VisionError
    raise kind(str(answer.get("code")), str(answer.get("message")))


def _limit_arguments(limits: Limits) -> list[str]:
    return [
        "--max-seconds", str(limits.max_seconds), "--max-bytes", str(limits.max_bytes),
        "--max-width", str(limits.max_width), "--max-height", str(limits.max_height),
        "--max-frames", str(limits.max_frames),
    ]  # fmt: skip


def _environment(models_dir: Path | None) -> dict[str, str]:
    """Nothing of ours but what is needed to start: no passwords, keys or addresses."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MODELS_DIR": str(_models(models_dir)),
    }


def _models(models_dir: Path | None) -> Path:
    return (models_dir or models.folder()).absolute()


def _listen(
    child: "subprocess.Popen[bytes]",
    progress: int,
    deadline: float,
    on_progress: ProgressListener | None,
    heartbeat: Heartbeat | None,
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
                if key.fd == progress and on_progress is not None:
                    _report_lines(kept[progress], on_progress)
                del kept[key.fd][:-MOST_OUTPUT]
            now = time.monotonic()
            if now >= deadline:
                raise VideoError("decoder_timeout")
            if now >= next_beat:
                next_beat = now + HEARTBEAT_SECONDS
                if heartbeat is not None:
                    heartbeat()
    try:
        child.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise VideoError("decoder_timeout") from error
    return kept[output].decode(errors="replace"), kept[remarks].decode(errors="replace")


def _report_lines(buffer: bytearray, on_progress: ProgressListener) -> None:
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

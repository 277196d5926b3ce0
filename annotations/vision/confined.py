"""The command line as a confined child process: the only way in which the site touches untrusted bytes.

Standard library only. The clip travels through file descriptors of memory files, so that its plain bytes
never reach a disk.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from annotations.vision.camera import Camera
from annotations.vision.child import DEFAULT_MEMORY, NOBODY, CompletedRun, Observer, Sandbox, run
from annotations.vision.errors import VideoError, VisionError
from annotations.vision.limits import Limits
from annotations.vision.report import MissedFace, RepairOrder

PROBE_TIMEOUT = 30.0
"""Seconds."""
PROBE_FILE = 1_000_000
"""Bytes of a file that a probe may write: it writes none."""
EXPOSED = 3
"""Exit status of a pass in whose rendition a face was found outside what was hidden."""


@dataclass(frozen=True)
class RedactOptions:
    """Options of one redaction; `detector` (a manifest, or a YuNet file) replaces the built-in one,
    `classifiers` are manifests, `missed_faces` what a person drew, `camera` what is known of the camera."""

    effect: str = "blur"
    screening: bool = True
    detector: Path | None = None
    classifiers: Sequence[Path] = ()
    missed_faces: Sequence[MissedFace] = ()
    camera: Camera = Camera()  # noqa: RUF009 - frozen
    models_dir: Path | None = None
    limits: Limits = field(default_factory=Limits)
    timeout_s: float = 1500.0
    memory_bytes: int = DEFAULT_MEMORY


@dataclass(frozen=True)
class RepairFiles:
    """Descriptors of a repair's files; `examples` takes the original frames of drawn faces."""

    original: int
    earlier: int
    target: int
    examples: int | None = None


def probe(fd: int, limits: Limits, *, timeout_s: float = PROBE_TIMEOUT) -> dict[str, Any]:
    """What the file behind a descriptor is (the fields of `video.Probe`). Raises VideoError."""
    sandbox = Sandbox(timeout_s, inputs=[fd], file_bytes=PROBE_FILE)
    answer = _answer(run(["probe", _path(fd), *_limit_arguments(limits)], sandbox))
    answer.pop("ok")
    return answer


def clean(fd_in: int, fd_out: int, limits: Limits, *, timeout_s: float, memory_bytes: int) -> int:
    """Encode the clip behind one descriptor again into another, hiding nothing; the number of frames.

    Raises VideoError for input that is not accepted, VisionError for failures of ours.
    """
    sandbox = Sandbox(timeout_s, inputs=[fd_in, fd_out], memory_bytes=memory_bytes)
    done = run(["clean", _path(fd_in), _path(fd_out), *_limit_arguments(limits)], sandbox)
    return int(_answer(done)["frames"])


def redact(
    fd_in: int, fd_out: int, options: RedactOptions, observer: Observer = NOBODY
) -> tuple[dict[str, Any], int]:
    """Redact from one descriptor to another; the report and the exit status, 0 or 3.

    On 3 a face was found outside what was hidden: `fd_out` is empty and the report says where. Raises
    VideoError for input that is not accepted, VisionError for failures of ours.
    """
    arguments = ["redact", _path(fd_in), _path(fd_out)]
    arguments += [] if options.screening else ["--no-screening"]
    for manifest in options.classifiers:
        arguments += ["--classifier", str(Path(manifest).resolve())]
    with _JsonFile("missed faces") as missed:
        if options.missed_faces:
            # Not an argument: those are bounded by the system, and what people draw is not.
            missed.write(list(options.missed_faces))
            arguments += ["--missed-faces", missed.path]
        return _reported(arguments, [fd_in, fd_out, missed.descriptor], options, observer)


def repair(
    files: RepairFiles, order: RepairOrder, options: RedactOptions, observer: Observer = NOBODY
) -> tuple[dict[str, Any], int]:
    """Repair the earlier rendition where it is to hide something else now; otherwise as `redact`.

    Raises VisionError as `annotations.vision.repair` does, "not_spliceable" and "unchanged" included.
    """
    with _JsonFile("order") as written:
        written.write(order)
        inputs = [files.original, files.earlier, files.target]
        arguments = ["repair", *map(_path, inputs), "--order", written.path]
        if files.examples is not None:
            arguments += ["--examples", _path(files.examples)]
            inputs.append(files.examples)
        # The screening of the whole pass holds: a repair has no classifiers to read.
        return _reported(arguments, [*inputs, written.descriptor], replace(options, classifiers=()), observer)


class _JsonFile:
    """A memory file for a value as JSON, which the child can open."""

    def __init__(self, name: str) -> None:
        self.descriptor = os.memfd_create(name)
        self.path = _path(self.descriptor)

    def write(self, value: object) -> None:
        """Write the value, once."""
        with os.fdopen(os.dup(self.descriptor), "w") as stream:
            json.dump(value, stream)

    def read(self) -> Any:
        """What was written, by us or by the child. Raises ValueError when that is not JSON."""
        with os.fdopen(os.dup(self.descriptor), "rb") as stream:
            stream.seek(0)
            return json.load(stream)

    def __enter__(self) -> "_JsonFile":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def _reported(
    arguments: Sequence[str], inputs: Sequence[int], options: RedactOptions, observer: Observer
) -> tuple[dict[str, Any], int]:
    """Run a command that writes a report; the report and the exit status, 0 or 3."""
    with _JsonFile("report") as report, _JsonFile("camera") as camera:
        camera.write(options.camera.as_dict())
        more = ["--report", report.path, "--effect", options.effect, "--camera", camera.path]
        if options.detector is not None:
            more += ["--detector", str(options.detector.resolve())]
        models = [*options.classifiers, *([options.detector] if options.detector else [])]
        sandbox = Sandbox(
            options.timeout_s,
            inputs=[*inputs, report.descriptor, camera.descriptor],
            memory_bytes=options.memory_bytes,
            models_dir=options.models_dir,
            readable=[file for model in models for file in _files_of(Path(model).resolve())],
        )
        done = run([*arguments, *more, *_limit_arguments(options.limits)], sandbox, observer)
        if done.status not in {0, EXPOSED}:
            _answer(done)
        written: dict[str, Any] = report.read()
        return written, done.status


def _path(descriptor: int) -> str:
    """The name under which the child opens a descriptor that it inherits."""
    return f"/proc/self/fd/{descriptor}"


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

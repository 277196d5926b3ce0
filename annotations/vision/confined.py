"""The command line as a confined child process: the only way in which the site touches untrusted bytes.

Standard library only. The clip travels through file descriptors of memory files, so that its plain bytes
never reach a disk.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from annotations.vision.camera import Camera
from annotations.vision.child import DEFAULT_MEMORY, NOBODY, CompletedRun, Observer, Sandbox, run
from annotations.vision.errors import VisionError, decoder_crashed
from annotations.vision.limits import Limits
from annotations.vision.received import (
    MOST_REPORT,
    CleanAnswer,
    FilePictures,
    PicturesAnswer,
    ProbeAnswer,
    answer_of,
    one_line,
    refusal_of,
    report_of,
)
from annotations.vision.report import MissedFace, RepairOrder

_PDQ = re.compile(r"[0-9a-f]{64}")
PROBE_TIMEOUT = 30.0
"""Seconds."""
PROBE_FILE = 1_000_000
"""Bytes of a file that a probe may write: it writes none."""
EXPOSED = 3
"""Exit status of a pass in whose rendition a face was found outside what was hidden."""


@dataclass(frozen=True)
class DecodeOptions:
    """What is accepted as a clip, and what a child may use for it. `without_landlock`: also where the system cannot
    keep it from files, which somebody has accepted then."""

    limits: Limits = field(default_factory=Limits)
    timeout_s: float = 1500.0
    memory_bytes: int = DEFAULT_MEMORY
    without_landlock: bool = False


@dataclass(frozen=True)
class RedactOptions(DecodeOptions):
    """Options of one redaction; `detector` (a manifest, or a YuNet file) replaces the built-in one,
    `classifiers` are manifests, `missed_faces` what a person drew, `camera` what is known of the camera,
    `whole_persons` hides more than heads. `without_second_opinion`: also where no model is installed that could doubt
    the result, which somebody has accepted then."""

    effect: str = "blur"
    screening: bool = True
    detector: Path | None = None
    classifiers: Sequence[Path] = ()
    missed_faces: Sequence[MissedFace] = ()
    camera: Camera = Camera()  # noqa: RUF009 - frozen
    whole_persons: bool = False
    models_dir: Path | None = None
    without_second_opinion: bool = False


@dataclass(frozen=True)
class RepairFiles:
    """Descriptors of a repair's files; `examples` takes the original frames of drawn faces."""

    original: int
    earlier: int
    target: int
    examples: int | None = None


PROBE_OPTIONS = DecodeOptions(timeout_s=PROBE_TIMEOUT)


def probe(fd: int, options: DecodeOptions = PROBE_OPTIONS) -> dict[str, Any]:
    """What the file behind a descriptor is (the fields of `video.Probe`). Raises VideoError, UnconfinedError."""
    sandbox = _sandbox(options, [fd], file_bytes=PROBE_FILE)
    answer = _answer(run(["probe", _path(fd), *_limit_arguments(options.limits)], sandbox), ProbeAnswer)
    answer.pop("ok")
    return answer


def clean(fd_in: int, fd_out: int, options: DecodeOptions) -> int:
    """Encode the clip behind one descriptor again into another, hiding nothing; the number of frames.

    Raises VideoError for input that is not accepted, VisionError for failures of ours.
    """
    arguments = ["clean", _path(fd_in), _path(fd_out), *_limit_arguments(options.limits)]
    done = run(arguments, _sandbox(options, [fd_in], outputs=[fd_out]))
    return int(_answer(done, CleanAnswer)["frames"])


def pictures(descriptors: Sequence[int], options: DecodeOptions) -> list[FilePictures]:
    """The perceptual hashes of what each file shows (`picture_hashes`), in the order of the descriptors.

    Raises VideoError when the decoder does not come to its end, VisionError for failures of ours.
    """
    sandbox = _sandbox(options, descriptors, file_bytes=PROBE_FILE)
    answer = _answer(
        run(["pictures", *map(_path, descriptors), *_limit_arguments(options.limits)], sandbox),
        PicturesAnswer,
    )
    files: list[FilePictures] = answer["files"]
    if len(files) != len(descriptors) or not all(
        map(_PDQ.fullmatch, (each for told in files for each in told["hashes"]))
    ):
        raise decoder_crashed()
    return files


def _sandbox(options: DecodeOptions, inputs: Sequence[int], **more: Any) -> Sandbox:
    """The sandbox of a child that reads these descriptors."""
    return Sandbox(
        options.timeout_s,
        inputs=inputs,
        memory_bytes=options.memory_bytes,
        without_landlock=options.without_landlock,
        **more,
    )


def redact(
    fd_in: int, fd_out: int, options: RedactOptions, observer: Observer = NOBODY
) -> tuple[dict[str, Any], int]:
    """Redact from one descriptor to another; the report and the exit status, 0 or 3.

    On 3 a face was found outside what was hidden: `fd_out` is empty and the report says where. Raises
    VideoError for input that is not accepted, VisionError for failures of ours.
    """
    arguments = ["redact", _path(fd_in), _path(fd_out)]
    for manifest in options.classifiers:
        arguments += ["--classifier", str(Path(manifest).resolve())]
    with _JsonFile("missed faces") as missed:
        if options.missed_faces:
            # Not an argument: those are bounded by the system, and what people draw is not.
            missed.write(list(options.missed_faces))
            arguments += ["--missed-faces", missed.path]
        return _reported(arguments, [fd_in, missed.descriptor], [fd_out], options, observer)


def repair(
    files: RepairFiles, order: RepairOrder, options: RedactOptions, observer: Observer = NOBODY
) -> tuple[dict[str, Any], int]:
    """Repair the earlier rendition where it is to hide something else now; otherwise as `redact`.

    Raises VisionError as `annotations.vision.repair` does, "not_spliceable" and "unchanged" included.
    """
    with _JsonFile("order") as written:
        written.write(order)
        inputs, outputs = [files.original, files.earlier], [files.target]
        arguments = ["repair", *map(_path, [*inputs, *outputs]), "--order", written.path]
        if files.examples is not None:
            arguments += ["--examples", _path(files.examples)]
            outputs.append(files.examples)
        inputs.append(written.descriptor)
        # The screening of the whole pass holds: a repair has no classifiers to read.
        return _reported(arguments, inputs, outputs, replace(options, classifiers=()), observer)


class _JsonFile:
    """A memory file for a value as JSON, which the child can open."""

    def __init__(self, name: str) -> None:
        self.descriptor = os.memfd_create(name)
        self.path = _path(self.descriptor)

    def write(self, value: object) -> None:
        """Write the value, once."""
        with os.fdopen(os.dup(self.descriptor), "w") as stream:
            json.dump(value, stream)

    def read(self, most: int) -> bytes:
        """What is in it, by us or by the child; one byte more than `most` when it is longer."""
        return os.pread(self.descriptor, most + 1, 0)

    def __enter__(self) -> "_JsonFile":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def _reported(
    arguments: Sequence[str],
    inputs: Sequence[int],
    outputs: Sequence[int],
    options: RedactOptions,
    observer: Observer,
) -> tuple[dict[str, Any], int]:
    """Run a command that writes a report; the report and the exit status, 0 or 3."""
    with _JsonFile("report") as report, _JsonFile("camera") as camera:
        camera.write(options.camera.as_dict())
        more = ["--report", report.path, "--effect", options.effect, "--camera", camera.path]
        more += ["--whole-persons"] if options.whole_persons else []
        more += [] if options.screening else ["--no-screening"]
        more += ["--without-second-opinion"] if options.without_second_opinion else []
        if options.detector is not None:
            more += ["--detector", str(options.detector.resolve())]
        models = [*options.classifiers, *([options.detector] if options.detector else [])]
        sandbox = _sandbox(
            options,
            [*inputs, camera.descriptor],
            outputs=[*outputs, report.descriptor],
            models_dir=options.models_dir,
            readable=[file for model in models for file in _files_of(Path(model).resolve())],
        )
        done = run([*arguments, *more, *_limit_arguments(options.limits)], sandbox, observer)
        if done.status not in {0, EXPOSED}:
            raise _refusal(done)
        written = report_of(report.read(MOST_REPORT))
        if written["residual"]["exposed"] and done.status != EXPOSED:
            raise decoder_crashed()
        return dict(written), done.status


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


def _answer(done: CompletedRun, kind: type) -> dict[str, Any]:
    """What the child printed, which is an answer of this kind. Raises the error that it describes."""
    if done.status:
        raise _refusal(done)
    return answer_of(done.stdout, kind)


def _refusal(done: CompletedRun) -> VisionError:
    """The error that the child describes, or that it ended with a remark of Python's."""
    if not done.stdout.strip():
        return VisionError("internal_failure", one_line(done.stderr) or "no answer")
    return refusal_of(done.stdout, done.status)


def _limit_arguments(limits: Limits) -> list[str]:
    arguments = [
        "--max-seconds", str(limits.max_seconds), "--max-bytes", str(limits.max_bytes),
        "--max-pixels", str(limits.max_pixels), "--rendition-pixels", str(limits.rendition_pixels),
        "--max-frames", str(limits.max_frames),
    ]  # fmt: skip
    arguments += ["--accept-partial"] if limits.accept_partial else []
    return arguments + (["--frame-rate", str(limits.frame_rate)] if limits.frame_rate else [])

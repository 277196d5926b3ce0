"""How a run's rendition is made: the groups that changed, where there is something to build on, else the whole pass."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import storages

from annotations.clips.camera_rules import says_the_same
from annotations.clips.encryption import write_all
from annotations.clips.intake import limits_of
from annotations.clips.memory import memory_file
from annotations.redaction.models import Method, RedactionRun, Rendition
from annotations.redaction.rules import holds
from annotations.vision import confined
from annotations.vision.camera import Camera
from annotations.vision.child import Observer
from annotations.vision.errors import VisionError
from annotations.vision.report import SCHEMA, EarlierRun, MissedFace, RepairOrder

_BLOCK = 1024 * 1024


class _Unusable(Exception):
    """The earlier rendition cannot be built upon, and why."""


@dataclass(frozen=True)
class Made:
    """The child's report and exit status; how it was done, and why not by repair when it might have been."""

    report: dict[str, Any]
    status: int
    method: str
    whole_because: str = ""

    @property
    def held(self) -> bool:
        """Whether the rendition may be shown to nobody, as the child or its report says."""
        return self.status == confined.EXPOSED or holds(self.report["residual"])


@dataclass(frozen=True)
class Work:
    """What a run works with: the clip's original, the file for the rendition, the one for the frames that the face
    detector may learn from (None: it may not), and who observes the child."""

    run: RedactionRun
    original: BinaryIO
    target: BufferedRandom
    examples: BufferedRandom | None
    observer: Observer


def make(work: Work) -> Made:
    """Makes the rendition and the examples. Raises VisionError when the whole pass fails, too."""
    run, because = work.run, ""
    if run.built_on is not None:
        try:
            if any(track not in run.unredacted for track in run.built_on.run.unredacted):
                raise _Unusable("A region that was shown is to be hidden again.")
            if not says_the_same(Camera.from_dict(run.camera), Camera.from_dict(run.built_on.run.camera)):
                raise _Unusable("Something else is known of the camera since.")
            with _earlier(run.built_on, run.effect) as earlier:
                order = _order(_past(run.built_on), run, run.built_on.run.missed_regions)
                report, status = _repair(work, earlier, order)
                return Made(report, status, Method.REPAIR)
        except _Unusable as reason:
            because = str(reason)
        except VisionError as error:
            because = f"{error.code}: {error.message}"[:200]
            _empty(work.target, work.examples)
    return _whole(work, because)


def _whole(work: Work, because: str) -> Made:
    """The whole pass; what people drew and unredacted is put into its rendition afterwards."""
    run = work.run
    if not run.missed_regions and not run.unredacted:
        report, status = _redact(work, work.target)
        return Made(report, status, Method.WHOLE, because)
    with memory_file("before repair") as before:
        report, status = _redact(work, before)
        made = Made(report, status, Method.WHOLE, because)
        if made.held:
            return made
        try:
            again, status = _repair(work, before, _order(_kept(report), run, []))
        except VisionError as error:
            if error.code != "unchanged":
                raise
            _empty(work.target, work.examples)
            before.seek(0)
            write_all(iter(lambda: before.read(_BLOCK), b""), work.target)
            work.target.flush()
        else:
            seconds = {
                **report["seconds"],
                **{f"repair_{name}": took for name, took in again["seconds"].items()},
            }
            report = {**again, "fingerprint": report["fingerprint"], "seconds": seconds}
        return Made(report, status, Method.WHOLE, because)


@contextmanager
def _earlier(rendition: Rendition, effect: str) -> Iterator[BufferedRandom]:
    """The rendition's file in memory, as the child must have it, when it is what was once verified."""
    if rendition.run.schema != SCHEMA:
        raise _Unusable("The earlier run was reported in another form.")
    if rendition.run.effect != effect:
        raise _Unusable("The earlier rendition hides faces in another way.")
    with memory_file("earlier rendition") as copy:
        try:
            with storages["renditions"].open(rendition.name) as file:
                write_all(iter(lambda: file.read(_BLOCK), b""), copy)
        except OSError:
            raise _Unusable("The file of the earlier rendition is not there.") from None
        copy.seek(0)
        if hashlib.file_digest(copy, "sha256").hexdigest() != rendition.sha256:
            raise _Unusable("The file of the earlier rendition is not what was verified.")
        yield copy


def _past(rendition: Rendition) -> EarlierRun:
    run = rendition.run
    tracks = run.tracks.order_by("number")
    return EarlierRun(
        schema=run.schema,
        presentation_times=run.times,
        frame_map=run.frame_map,
        effect=run.effect,
        tracks=[
            {
                "id": track.number,
                "boxes": track.boxes,
                "score": track.score,
                "source": track.source,
                "kind": track.kind,
            }
            for track in tracks
        ],
        findings=run.findings,
        models=run.models_used,
    )


def _kept(report: dict[str, Any]) -> EarlierRun:
    past: EarlierRun = {name: report[name] for name in EarlierRun.__annotations__}  # type: ignore[assignment]
    return past


def _order(past: EarlierRun, run: RedactionRun, known: list[MissedFace]) -> RepairOrder:
    drawn = [region for region in run.missed_regions if region not in known]
    return RepairOrder(earlier=past, missed_faces=drawn, unredacted=run.unredacted)


def _repair(work: Work, earlier: BufferedRandom, order: RepairOrder) -> tuple[dict[str, Any], int]:
    files = confined.RepairFiles(
        work.original.fileno(),
        earlier.fileno(),
        work.target.fileno(),
        work.examples.fileno() if work.examples is not None else None,
    )
    return confined.repair(files, order, _options(work.run), work.observer)


def _redact(work: Work, target: BufferedRandom) -> tuple[dict[str, Any], int]:
    return confined.redact(work.original.fileno(), target.fileno(), _options(work.run), work.observer)


def _options(run: RedactionRun) -> confined.RedactOptions:
    return confined.RedactOptions(
        effect=run.effect,
        camera=Camera.from_dict(run.camera),
        whole_persons=run.strict,
        detector=Path(settings.REDACTION_DETECTOR) if settings.REDACTION_DETECTOR else None,
        screening=settings.SCREENING_NUDENET,
        classifiers=tuple(Path(manifest) for manifest in settings.SCREENING_CLASSIFIERS),
        models_dir=settings.MODELS_DIR,
        limits=limits_of(run.clip),
        timeout_s=settings.REDACTION_TIMEOUT,
        memory_bytes=settings.REDACTION_MEMORY,
        without_landlock=settings.DECODE_WITHOUT_LANDLOCK,
        without_second_opinion=settings.REDACT_WITHOUT_SECOND_OPINION,
    )


def _empty(*files: BufferedRandom | None) -> None:
    for file in files:
        if file is not None:
            file.seek(0)
            file.truncate()

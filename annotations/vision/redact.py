"""The whole pass over one clip: look, track, hide, encode, check."""

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from annotations.vision import residual
from annotations.vision.analysis import Analysis, analyse
from annotations.vision.boxes import Box
from annotations.vision.content import ContentModel
from annotations.vision.errors import VideoError
from annotations.vision.faces import FaceDetector
from annotations.vision.missed import add_missed
from annotations.vision.obscure import Effect, obscure
from annotations.vision.report import (
    SCHEMA,
    FindingReport,
    MissedFace,
    ModelReport,
    RenditionReport,
    Report,
    SourceReport,
    TrackReport,
)
from annotations.vision.tracking import Track, TrackingRules, boxes_by_frame, link
from annotations.vision.video import Encoder, Limits, Probe, decode, probe

ProgressCallback = Callable[[str, int, int], None]


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody wants to see."""


@dataclass
class Clock:
    """Seconds of wall time by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - start, 3)


def redact(
    source: str,
    target: str,
    *,
    detector: FaceDetector,
    screeners: Sequence[ContentModel] = (),
    effect: Effect = "blur",
    missed_faces: Sequence[MissedFace] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
    clock: Clock | None = None,
    on_progress: ProgressCallback = quiet,
) -> Report:
    """Write the rendition of ``source`` to ``target`` and return the report.

    When the report's ``residual.exposed`` is not empty, ``target`` has been removed (or emptied, if it is a
    descriptor under /proc). Raises VideoError for input that cannot be accepted.
    """
    clock = clock or Clock()
    rules = TrackingRules()
    with clock.stage("probe"):
        facts = probe(source, limits)
    with clock.stage("analyse"):
        analysis = analyse(
            source,
            limits,
            detector,
            screeners,
            weakest=rules.weak,
            rate=facts.frame_rate,
            on_frame=lambda index: on_progress("analyse", index + 1, facts.frames),
        )
    with clock.stage("track"):
        rate = (analysis.frames - 1) / analysis.times[-1] if analysis.frames > 1 else 1.0
        add_missed(
            analysis.detections,
            missed_faces,
            frame_map=analysis.plan.frame_map,
            frames=analysis.frames,
            rate=rate,
            cuts=analysis.cuts,
        )
        tracks = link(analysis.detections, rate=rate, frames=analysis.frames, cuts=analysis.cuts, rules=rules)
        hidden = boxes_by_frame(tracks)
    try:
        with clock.stage("render"):
            written = render(source, target, analysis, hidden, effect, limits, on_progress)
        with clock.stage("residual"):
            checked = residual.check(
                target,
                _on_rendition(hidden, analysis.plan.frame_map),
                detector,
                on_frame=lambda index: on_progress("residual", index + 1, written["frames"]),
            )
    except BaseException:
        discard(target)
        raise
    if checked["exposed"]:
        discard(target)
    return Report(
        schema=SCHEMA,
        source=_source(facts, analysis),
        presentation_times=[round(stamp, 6) for stamp in analysis.times],
        frame_map=analysis.plan.frame_map,
        rendition=written,
        effect=effect,
        tracks=[_track(track) for track in tracks],
        findings=sorted(analysis.findings, key=_finding_order),
        residual=checked,
        models=[
            ModelReport(name=detector.name, sha256=detector.sha256, role="face"),
            *(ModelReport(name=model.name, sha256=model.sha256, role="content") for model in screeners),
        ],
        seconds=clock.seconds,
        peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def render(
    source: str,
    target: str,
    analysis: Analysis,
    hidden: Mapping[int, Sequence[Box]],
    effect: Effect,
    limits: Limits,
    on_progress: ProgressCallback = quiet,
) -> RenditionReport:
    """Decode again, hide what was found and encode at the planned rate."""
    plan = analysis.plan
    repeats = [1] * analysis.frames
    if plan.frame_map is not None:
        repeats = [0] * analysis.frames
        for index in plan.frame_map:
            repeats[index] += 1
    encoder: Encoder | None = None
    width = height = 0
    count = 0
    try:
        for decoded in decode(source, limits):
            if decoded.index >= analysis.frames:
                raise VideoError("decoder_failed", "The video could not be read twice in the same way.")
            if encoder is None:
                width, height = decoded.geometry.width, decoded.geometry.height
                encoder = Encoder(target, width, height, plan.rate)
                frame = decoded.frame
                encoder.colours(frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc)
            count = decoded.index + 1
            if repeats[decoded.index]:
                picture = decoded.picture()
                obscure(picture, hidden.get(decoded.index, ()), effect)
                for _ in range(repeats[decoded.index]):
                    encoder.write(picture)
            on_progress("render", count, analysis.frames)
        if encoder is None or count != analysis.frames:
            raise VideoError("decoder_failed", "The video could not be read twice in the same way.")
    finally:
        if encoder is not None:
            encoder.close()
    return RenditionReport(
        frames=encoder.frames,
        frame_rate=float(plan.rate),
        width=width,
        height=height,
        bytes=os.stat(target).st_size,
    )


def discard(target: str) -> None:
    """Leave nothing of a rendition behind."""
    path = Path(target)
    if target.startswith("/proc/"):
        os.truncate(target, 0)
    else:
        path.unlink(missing_ok=True)


def _on_rendition(
    hidden: Mapping[int, Sequence[Box]], frame_map: list[int] | None
) -> Mapping[int, Sequence[Box]]:
    if frame_map is None:
        return hidden
    return {shown: hidden[original] for shown, original in enumerate(frame_map) if original in hidden}


def _source(facts: Probe, analysis: Analysis) -> SourceReport:
    return SourceReport(
        container=facts.container,
        codec=facts.codec,
        width=facts.width,
        height=facts.height,
        rotation=facts.rotation,
        frame_rate=facts.frame_rate,
        constant_rate=analysis.plan.constant,
        frames=analysis.frames,
        duration=facts.duration,
        has_audio=facts.has_audio,
    )


def _track(track: Track) -> TrackReport:
    return TrackReport(
        id=track.id,
        boxes={str(frame): [round(value, 2) for value in box] for frame, box in track.boxes.items()},
        score=round(track.score, 4),
    )


def _finding_order(finding: FindingReport) -> tuple[int, float]:
    return finding["frame"], -finding["score"]

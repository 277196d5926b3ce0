"""The whole pass over one clip: look, track, hide, encode, check.

The clip is decoded twice: a track is known only when its last face has been seen, and keeping a minute of decoded
pictures in memory until then would cost more than decoding them again.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from annotations.vision.analysis import Analysis, analyse
from annotations.vision.content import ContentModel
from annotations.vision.faces import FaceDetector
from annotations.vision.limits import Limits
from annotations.vision.missed import add_missed
from annotations.vision.obscure import Effect
from annotations.vision.rendering import Rendered, render
from annotations.vision.report import (
    SCHEMA,
    FindingReport,
    MissedFace,
    ModelReport,
    Report,
    SourceReport,
    TrackReport,
)
from annotations.vision.tracking import Track, TrackingRules, boxes_by_frame, link
from annotations.vision.video.probe import Probe, probe

ProgressCallback = Callable[[str, int, int], None]

ATTEMPTS = 3
"""Renditions that are tried: faces that the check finds in one are hidden in the next."""


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
            weakest=rules.weak,
            rate=facts.frame_rate,
            on_frame=lambda index: on_progress("analyse", index + 1, facts.frames),
        )
    rate = (analysis.frames - 1) / analysis.times[-1] if analysis.frames > 1 else 1.0
    findings: list[FindingReport] = []
    missed = list(missed_faces)
    for attempt in range(ATTEMPTS):
        with clock.stage("track"):
            add_missed(
                analysis.detections,
                missed,
                frame_map=analysis.plan.frame_map,
                frames=analysis.frames,
                rate=rate,
                cuts=analysis.cuts,
            )
            tracks = link(
                analysis.detections, rate=rate, frames=analysis.frames, cuts=analysis.cuts, rules=rules
            )
        try:
            with clock.stage("render"):
                rendered = render(
                    source,
                    target,
                    times=analysis.times,
                    plan=analysis.plan,
                    hidden=boxes_by_frame(tracks),
                    effect=effect,
                    limits=limits,
                    detector=detector,
                    screeners=() if attempt else screeners,
                    on_frame=lambda index: on_progress("render", index + 1, analysis.frames),
                )
        except BaseException:
            discard(target)
            raise
        findings.extend(rendered.findings)
        if not rendered.residual["exposed"]:
            break
        # What the check sees and the first look did not is a missed face like any other: hide it, too.
        discard(target)
        missed = [MissedFace(frame=face["frame"], box=face["box"]) for face in rendered.residual["exposed"]]
    models = [
        ModelReport(name=detector.name, sha256=detector.sha256, role="face"),
        *(ModelReport(name=model.name, sha256=model.sha256, role="content") for model in screeners),
    ]
    return _report(facts, analysis, tracks, rendered, findings, effect, models, clock.seconds)


def discard(target: str) -> None:
    """Leave nothing of a rendition behind."""
    if target.startswith("/proc/"):
        os.truncate(target, 0)
    else:
        Path(target).unlink(missing_ok=True)


def _report(
    facts: Probe,
    analysis: Analysis,
    tracks: Sequence[Track],
    rendered: Rendered,
    findings: list[FindingReport],
    effect: Effect,
    models: list[ModelReport],
    seconds: Mapping[str, float],
) -> Report:
    return Report(
        schema=SCHEMA,
        source=SourceReport(
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
        ),
        presentation_times=[round(stamp, 6) for stamp in analysis.times],
        frame_map=analysis.plan.frame_map,
        rendition=rendered.rendition,
        effect=effect,
        tracks=[_track(track) for track in tracks],
        findings=findings,
        residual=rendered.residual,
        fingerprint=analysis.fingerprint,
        models=models,
        seconds=dict(seconds),
        peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def _track(track: Track) -> TrackReport:
    return TrackReport(
        id=track.id,
        boxes={str(frame): [round(value, 2) for value in box] for frame, box in track.boxes.items()},
        score=round(track.score, 4),
        source="detector",
    )

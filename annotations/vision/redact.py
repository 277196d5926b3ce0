"""The whole pass over one clip: look, track, hide, encode, check.

A clip whose pictures can wait in memory until the tracks around them are known is decoded once (`streaming`); larger
ones are decoded again when everything has been looked at, and so are those whose faces become a mosaic: a track's tiles
come from its middle.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from annotations.vision import memory
from annotations.vision.analysis import Analysis, analyse
from annotations.vision.content import ContentModel
from annotations.vision.faces import FaceDetector
from annotations.vision.limits import Limits
from annotations.vision.missed_faces import add_missed
from annotations.vision.mosaic import mosaic_of
from annotations.vision.obscure import Effect, Hiding
from annotations.vision.pool import Pool
from annotations.vision.reencoding import Hidden, changed_groups, recode, set_aside
from annotations.vision.rendering import Rendered, render
from annotations.vision.report import (
    SCHEMA,
    MissedFace,
    ModelReport,
    Report,
    ResidualReport,
    SourceReport,
    TrackReport,
)
from annotations.vision.residual import ResidualCheck
from annotations.vision.streaming import fits, stream
from annotations.vision.tracking import Track, TrackingRules, boxes_by_frame, link
from annotations.vision.video.decode import available_cores
from annotations.vision.video.probe import Probe, probe_and_plan
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.splice import NotSpliceable, groups_of

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
    """Write the rendition of `source` to `target` and return the report.

    When the report's `residual.exposed` is not empty, `target` has been removed (or emptied, if it is a
    descriptor under /proc). Raises VideoError for input that cannot be accepted.
    """
    clock = clock or Clock()
    rules = TrackingRules()
    with clock.stage("probe"):
        facts, plan = probe_and_plan(source, limits)
    job = _Job(source, target, limits, detector, on_progress)
    rendered: Rendered | None = None
    hidden: Hidden = {}
    try:
        if effect != "mosaic" and fits(facts, rules) and not missed_faces:
            with clock.stage("stream"):
                analysis, rendered, hidden = stream(
                    source,
                    target,
                    facts,
                    plan,
                    rules=rules,
                    effect=effect,
                    limits=limits,
                    detector=detector,
                    screeners=screeners,
                    on_frame=lambda index: on_progress("render", index + 1, facts.frames),
                )
        else:
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
        missed = list(missed_faces)
        for _ in range(ATTEMPTS):
            with clock.stage("track"):
                tracks = _tracks(analysis, facts, missed, rules)
            before, hidden = hidden, boxes_by_frame(tracks)
            with clock.stage("render"):
                if effect != "mosaic":
                    how: Hiding = effect
                else:
                    ranges = Ranges(source, limits, analysis.frames)
                    how = mosaic_of(ranges, [track.boxes for track in tracks])
                    # A track that has grown may have other tiles: no frame keeps those of the attempt before.
                    rendered = None
                rendered = made = _made(job, how, analysis, rendered, before, hidden)
            if not made.residual["exposed"]:
                break
            # What the check sees and the first look did not is a missed face like any other: hide it, too.
            missed += [MissedFace(frame=face["frame"], box=face["box"]) for face in made.residual["exposed"]]
        else:
            discard(target)
    except BaseException:
        discard(target)
        raise
    models = [
        _model(detector, "face"),
        *(_model(model, "content") for model in screeners),
    ]
    return _report(facts, analysis, tracks, made, effect, models, clock.seconds)


@dataclass(frozen=True)
class _Job:
    """What stays the same through the attempts."""

    source: str
    target: str
    limits: Limits
    detector: FaceDetector
    on_progress: ProgressCallback


def _tracks(
    analysis: Analysis, facts: Probe, missed: Sequence[MissedFace], rules: TrackingRules
) -> list[Track]:
    """The tracks of the whole clip, whatever was foreseen while it streamed."""
    rate = facts.frame_rate
    if not analysis.plan.constant and analysis.frames > 1:
        rate = (analysis.frames - 1) / analysis.times[-1]
    detections = {frame: list(faces) for frame, faces in analysis.detections.items()}
    add_missed(
        detections,
        missed,
        frame_map=analysis.plan.frame_map,
        frames=analysis.frames,
        rate=rate,
        cuts=analysis.cuts,
    )
    return link(detections, rate=rate, frames=analysis.frames, cuts=analysis.cuts, rules=rules)


def _made(
    job: _Job, how: Hiding, analysis: Analysis, earlier: Rendered | None, before: Hidden, hidden: Hidden
) -> Rendered:
    """The rendition that hides exactly this: the earlier one, or that with changed groups, or a new one."""
    shown = analysis.plan.frame_map or range(analysis.frames)
    if earlier is not None:
        changed = changed_groups(shown, before, hidden)
        if not changed:
            return earlier
        try:
            return _mended(job, how, analysis, earlier, changed, hidden)
        except NotSpliceable:
            pass
    discard(job.target)
    return render(
        job.source,
        job.target,
        frames=analysis.frames,
        plan=analysis.plan,
        hidden=hidden,
        effect=how,
        limits=job.limits,
        detector=job.detector,
        on_frame=lambda index: job.on_progress("render", index + 1, analysis.frames),
    )


def _mended(
    job: _Job, how: Hiding, analysis: Analysis, earlier: Rendered, changed: set[int], hidden: Hidden
) -> Rendered:
    """The earlier rendition with these groups made again, and checked again."""
    shown = analysis.plan.frame_map or range(analysis.frames)
    hidden_as_shown = {frame: hidden[original] for frame, original in enumerate(shown) if original in hidden}
    with set_aside(job.target) as copy, Pool(available_cores()) as pool:
        discard(job.target)
        check = ResidualCheck(job.detector, pool, hidden_as_shown, rate=0.0)
        rendition = recode(
            Ranges(job.source, job.limits, analysis.frames),
            copy,
            job.target,
            changed,
            shown=shown,
            hidden=hidden,
            effect=how,
            on_key_frame=check.see_coded,
            on_frames=lambda done, of: job.on_progress("render", done, of),
        )
        again = check.report()
    past = earlier.residual
    # Faces that the check found before lie in groups that were made again, as what is hidden there has grown.
    old = [face for face in past["exposed"] if not groups_of([face["frame"]]) & changed]
    residual = ResidualReport(checked_frames=past["checked_frames"], exposed=[*old, *again["exposed"]])
    return Rendered(rendition, residual)


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
        findings=analysis.findings,
        residual=rendered.residual,
        fingerprint=analysis.fingerprint,
        models=models,
        seconds=dict(seconds),
        peak_memory_mb=round(memory.peak_mb(), 1),
    )


def _model(model: FaceDetector | ContentModel, role: str) -> ModelReport:
    """A file that was run in 8 bits is another model than the file itself: its boxes and scores differ a little."""
    name = f"{model.name}-int8" if getattr(model, "rounded", False) else model.name
    return ModelReport(name=name, sha256=model.sha256, role=role)


def _track(track: Track) -> TrackReport:
    return TrackReport(
        id=track.id,
        boxes={str(frame): [round(value, 2) for value in box] for frame, box in track.boxes.items()},
        score=round(track.score, 4),
        source="detector",
    )

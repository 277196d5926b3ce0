"""A rendition made anew where what it hides has changed: faces that people drew, regions that people lifted.

Only the groups of pictures in which a hidden region appears, changes or goes are decoded from the original and coded
again; the others are copied. The check and its further attempts are those of the whole pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from annotations.vision import memory
from annotations.vision.boxes import Box
from annotations.vision.errors import VisionError
from annotations.vision.examples import write as write_examples
from annotations.vision.faces import FaceDetector
from annotations.vision.fingerprint import NONE
from annotations.vision.follow import Timeline, follow
from annotations.vision.unredaction import lifted_by_frame, still_hidden
from annotations.vision.limits import Limits
from annotations.vision.mosaic import mosaic_of, repainted
from annotations.vision.obscure import Effect, Hiding
from annotations.vision.pool import Pool
from annotations.vision.reencoding import Hidden, changed_groups, recode
from annotations.vision.redact import ATTEMPTS, Clock, ProgressCallback, discard, quiet
from annotations.vision.report import (
    SCHEMA,
    EarlierRun,
    MissedFace,
    ModelReport,
    RenditionReport,
    RepairOrder,
    Report,
    ResidualReport,
    SourceReport,
    TrackReport,
)
from annotations.vision.residual import ResidualCheck
from annotations.vision.tracking import Track
from annotations.vision.video.decode import available_cores
from annotations.vision.video.probe import Probe, probe
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.splice import Layout, NotSpliceable, groups_of, layout


@dataclass(frozen=True)
class _Job:
    """What stays the same through the attempts."""

    earlier: str
    target: str
    ranges: Ranges
    timeline: Timeline
    lifted: Hidden
    detector: FaceDetector


def repair(
    source: str,
    earlier: str,
    target: str,
    order: RepairOrder,
    *,
    detector: FaceDetector,
    effect: Effect = "blur",
    limits: Limits = Limits(),  # noqa: B008 - frozen
    examples: str | None = None,
    clock: Clock | None = None,
    on_progress: ProgressCallback = quiet,
) -> Report:
    """Write a rendition of `source` to `target`, made of the one at `earlier`, and return the whole report.

    `examples` is where the original frames of drawn faces are to be written, too (see `examples`).

    When the report's `residual.exposed` is not empty, `target` has been emptied or removed, as by `redact`.
    Raises NotSpliceable when the earlier rendition does not serve (then the whole pass is needed), and VisionError
    "unchanged" when it hides what is to be hidden already, and no more.
    """
    clock = clock or Clock()
    past = order["earlier"]
    timeline = Timeline.of(past["presentation_times"], past["frame_map"])
    with clock.stage("probe"):
        facts = probe(source, limits)
        _check(past, layout(earlier), facts, timeline, effect)
        ranges = Ranges(source, limits, timeline.frames)
    before = [(track, _boxes(track)) for track in past["tracks"]]
    job = _Job(earlier, target, ranges, timeline, lifted_by_frame(order["lifted"]), detector)
    tracks = [rest for track, boxes in before if (rest := _rest_of(track, boxes, order))["boxes"]]
    missed, origin = order["missed_faces"], "person"
    old = _by_frame([boxes for _, boxes in before])
    on_progress("follow", 0, 1)
    for _ in range(ATTEMPTS):
        hidden = _by_frame([_boxes(track) for track in tracks])
        with clock.stage("follow"):
            for track in follow(ranges, timeline, missed, detector, hidden):
                track.boxes = still_hidden(track.boxes, order["lifted"], drawn=origin == "person")
                if track.boxes:
                    tracks.append(_report_of(track, len(tracks) and max(t["id"] for t in tracks), origin))
        hidden = _by_frame([_boxes(track) for track in tracks])
        try:
            with clock.stage("render"):
                how: Hiding
                if effect == "mosaic":
                    how = mosaic_of(ranges, map(_boxes, tracks))
                    # Tracks that stay as they are keep their tiles. Of any other every frame is made anew: two sets of
                    # tiles of one track would tell more than one.
                    other = repainted(mosaic_of(ranges, [boxes for _, boxes in before]), how, hidden)
                else:
                    how, other = effect, set()
                rendition, residual = _render(job, how, old, hidden, other, on_progress)
        except BaseException:
            discard(target)
            raise
        if not residual["exposed"]:
            break
        discard(target)
        missed, origin = (
            [MissedFace(frame=face["frame"], box=face["box"]) for face in residual["exposed"]],
            "detector",
        )
    if examples and order["missed_faces"] and not residual["exposed"]:
        with clock.stage("examples"):
            write_examples(examples, ranges, timeline.drawn(order["missed_faces"]), tracks)
    found_by = ModelReport(name=detector.name, sha256=detector.sha256, role="face")
    return Report(
        schema=SCHEMA,
        source=_source(facts, timeline),
        presentation_times=past["presentation_times"],
        frame_map=past["frame_map"],
        rendition=rendition,
        effect=effect,
        tracks=tracks,
        findings=past["findings"],
        residual=residual,
        fingerprint=NONE,
        models=[found_by, *(model for model in past["models"] if model["role"] != "face")],
        seconds=clock.seconds,
        peak_memory_mb=round(memory.peak_mb(), 1),
    )


def _rest_of(track: TrackReport, boxes: Mapping[int, Box], order: RepairOrder) -> TrackReport:
    """What is left of an earlier run's track by the order's lifted ones."""
    rest = still_hidden(boxes, order["lifted"], drawn=track["source"] == "person")
    return {**track, "boxes": {frame: box for frame, box in track["boxes"].items() if int(frame) in rest}}


def _check(past: EarlierRun, made: Layout, facts: Probe, timeline: Timeline, effect: str) -> None:
    """Raises NotSpliceable when the earlier run cannot be built upon."""
    if past["schema"] != SCHEMA:
        raise NotSpliceable("The earlier run was reported in another form.")
    if past["effect"] != effect:
        raise NotSpliceable("The earlier rendition hides faces in another way.")
    if (made.width, made.height) != (facts.width, facts.height):
        raise NotSpliceable("The earlier rendition has another size.")
    if made.frames != len(timeline.shown()) or facts.frames != timeline.frames:
        raise NotSpliceable("The earlier rendition has another number of frames.")


def _render(
    job: _Job, how: Hiding, old: Hidden, hidden: Hidden, other: set[int], on_progress: ProgressCallback
) -> tuple[RenditionReport, ResidualReport]:
    """One attempt: the groups in which something else is hidden than in the earlier rendition, or in another way (on
    the original frames `other`), and the check."""
    shown = job.timeline.shown()
    changed = changed_groups(shown, old, hidden) | groups_of(
        frame for frame, original in enumerate(shown) if original in other
    )
    if not changed:
        raise VisionError("unchanged", "Nothing of what is hidden would change.")
    spared = {
        frame: [*hidden.get(original, ()), *job.lifted.get(original, ())]
        for frame, original in enumerate(shown)
        if original in hidden or original in job.lifted
    }
    with Pool(available_cores()) as pool:
        check = ResidualCheck(job.detector, pool, spared, rate=0.0)
        rendition = recode(
            job.ranges,
            job.earlier,
            job.target,
            changed,
            shown=shown,
            hidden=hidden,
            effect=how,
            on_key_frame=check.see_coded,
            on_frames=lambda done, of: on_progress("render", done, of),
        )
        return rendition, check.report()


def _by_frame(tracks: Sequence[Mapping[int, Box]]) -> dict[int, list[Box]]:
    by_frame: dict[int, list[Box]] = {}
    for boxes in tracks:
        for frame, box in boxes.items():
            by_frame.setdefault(frame, []).append(box)
    return by_frame


def _boxes(track: TrackReport) -> dict[int, Box]:
    return {int(frame): cast(Box, tuple(box)) for frame, box in track["boxes"].items()}


def _report_of(track: Track, last_id: int, source: str) -> TrackReport:
    boxes = {str(frame): [round(value, 2) for value in box] for frame, box in track.boxes.items()}
    return TrackReport(id=last_id + 1, boxes=boxes, score=round(track.score, 4), source=source)


def _source(facts: Probe, timeline: Timeline) -> SourceReport:
    return SourceReport(
        container=facts.container,
        codec=facts.codec,
        width=facts.width,
        height=facts.height,
        rotation=facts.rotation,
        frame_rate=facts.frame_rate,
        constant_rate=timeline.frame_map is None,
        frames=timeline.frames,
        duration=facts.duration,
        has_audio=facts.has_audio,
    )

"""The whole pass over one clip: detect, track, hide, encode, check.

A clip whose pictures can wait in memory until the tracks around them are known is decoded once (`streaming`); larger
ones are decoded again when everything has been analysed, and so are those whose faces become a mosaic: a track's tiles
come from its middle.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from annotations.vision import memory
from annotations.vision.analysis import analyse
from annotations.vision.blindness import is_blind
from annotations.vision.detections import Detections
from annotations.vision.faces import Face
from annotations.vision.follow import follow
from annotations.vision.job import Clock, Job
from annotations.vision.linking import Stretch, link_all
from annotations.vision.missed_faces import exposed_as_missed, objects, with_missed
from annotations.vision.mosaic import mosaic_of
from annotations.vision.obscure import HidingPlan
from annotations.vision.reencoding import Splice, changed_groups, reencode_and_check, set_aside
from annotations.vision.rendering import Rendered, render
from annotations.vision.report import SCHEMA, MissedFace, Report, ResidualReport
from annotations.vision.reporting import models_report, source_report, track_report
from annotations.vision.streaming import fits, stream
from annotations.vision.timeline import Timeline
from annotations.vision.tracking import Track, boxes_by_frame
from annotations.vision.video.probe import probe_and_plan
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.splice import NotSpliceable, groups_of

ATTEMPTS = 3
"""Renditions that are tried: faces that the check finds in one are hidden in the next."""


def redact(job: Job, clock: Clock | None = None) -> Report:
    """Write the rendition of a clip and return the report. `clock` may have counted stages before.

    When the report's `residual.exposed` is not empty, the target has been removed (or emptied, if it is a descriptor
    under /proc). Raises VideoError for input that cannot be accepted.
    """
    clock = clock or Clock()
    with clock.stage("probe"):
        facts, schedule = probe_and_plan(job.source, job.limits, job.camera)
    rendered: Rendered | None = None
    try:
        if job.effect != "mosaic" and fits(facts, job.rules) and not job.missed_faces:
            with clock.stage("stream"):
                detections, rendered = stream(job, facts, schedule)
        else:
            with clock.stage("analyse"):
                detections = analyse(job, facts)
        tracks, rendered = _render_until_clean(job, detections, rendered, clock)
    except BaseException:
        job.discard()
        raise
    return Report(
        schema=SCHEMA,
        source=source_report(facts, frames=detections.frames, constant_rate=detections.schedule.constant),
        presentation_times=[round(stamp, 6) for stamp in detections.times],
        frame_map=detections.schedule.frame_map,
        rendition=rendered.rendition,
        effect=job.effect,
        camera=job.camera.as_dict(),
        seen_turns=detections.seen_turns,
        tracks=[track_report(track, track.id, "detector") for track in tracks],
        findings=detections.findings,
        residual=rendered.residual,
        fingerprint=detections.fingerprint,
        models=models_report(job),
        seconds=dict(clock.seconds),
        peak_memory_mb=round(memory.peak_mb(), 1),
    )


def _render_until_clean(
    job: Job, detections: Detections, streamed: Rendered | None, clock: Clock
) -> tuple[list[Track], Rendered]:
    """The tracks and the rendition to which the check does not object, or the one to which it still does after the last
    attempt, or in which the pass has seen less than the second opinion, or which cannot be judged: then its file is
    discarded."""
    found: list[MissedFace] = []
    earlier = streamed
    for _ in range(ATTEMPTS):
        with clock.stage("track"):
            tracks = _tracks(job, detections, found)
        with clock.stage("render"):
            earlier = rendered = _rendition(job, detections, tracks, earlier)
        if not objects(rendered.residual):
            break
        with clock.stage("render"):
            is_hopeless = rendered.residual.get("unjudgeable") or is_blind(job, detections, rendered)
        if is_hopeless:
            job.discard()
            break
        found += exposed_as_missed(rendered.residual)
    else:
        job.discard()
    return tracks, rendered


def _tracks(job: Job, detections: Detections, found: Sequence[MissedFace]) -> list[Track]:
    """The tracks of the whole clip, whatever was foreseen while it streamed. What a check has `found` on a picture a
    second is followed through those between, and held in its place, too."""
    followed = _with_followed(job, detections, found) if found else detections
    faces = with_missed(followed, [*job.missed_faces, *found], detections.frame_rate)
    return _linked(job, replace(detections, faces=faces))


def _with_followed(job: Job, detections: Detections, found: Sequence[MissedFace]) -> Detections:
    """What was detected, and what the check has found wherever it can be followed to."""
    timeline = Timeline(detections.frames, detections.frame_rate, detections.schedule.frame_map)
    ranges = Ranges(job.source, job.limits, detections.frames, job.camera)
    hidden = boxes_by_frame(_linked(job, detections))
    faces = {frame: list(known) for frame, known in detections.faces.items()}
    for track in follow(ranges, timeline, found, job.detector, hidden):
        for frame, box in track.boxes.items():
            faces.setdefault(frame, []).append(Face(box, 1.0))
    return replace(detections, faces=faces)


def _linked(job: Job, detections: Detections) -> list[Track]:
    return link_all(detections, Stretch(0, detections.frames, detections.frame_rate), job.rules)


def _rendition(
    job: Job, detections: Detections, tracks: Sequence[Track], earlier: Rendered | None
) -> Rendered:
    """The rendition that hides exactly these tracks: the earlier one, or that with changed groups, or a new one."""
    hidden = boxes_by_frame(tracks)
    if job.effect == "mosaic":
        ranges = Ranges(job.source, job.limits, detections.frames, job.camera)
        plan = HidingPlan(hidden, mosaic_of(ranges, [track.boxes for track in tracks]))
        # A track that has grown may have other tiles: no frame keeps those of the attempt before.
        earlier = None
    else:
        plan = HidingPlan(hidden, job.effect)
    if earlier is not None:
        shown = detections.schedule.original_frames(detections.frames)
        changed = changed_groups(shown, earlier.hidden, hidden)
        if not changed:
            return earlier
        with suppress(NotSpliceable):
            return _repaired(job, detections, plan, earlier, changed)
    job.discard()
    return render(job, detections, plan)


def _repaired(
    job: Job, detections: Detections, plan: HidingPlan, earlier: Rendered, changed: set[int]
) -> Rendered:
    """The earlier rendition with these groups made again, and checked again."""
    with set_aside(job.target) as copy:
        job.discard()
        splice = Splice(
            earlier=copy,
            target=job.target,
            original=Ranges(job.source, job.limits, detections.frames, job.camera),
            shown=detections.schedule.original_frames(detections.frames),
            changed=changed,
        )
        again = reencode_and_check(job, splice, plan)
    past = earlier.residual
    # Faces that the check found before lie in groups that were made again, as what is hidden there has grown.
    old = [face for face in past["exposed"] if not groups_of([face["frame"]]) & changed]
    residual = ResidualReport(
        checked_frames=past["checked_frames"],
        exposed=[*old, *again.residual["exposed"]],
        evidence=again.residual.get("evidence", []),
        unjudgeable=past.get("unjudgeable", ""),
    )
    return replace(again, residual=residual)

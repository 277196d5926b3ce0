"""Repairing a rendition where what it hides has changed: what people drew, regions that people unredacted.

Only the groups of pictures in which a hidden region appears, changes or goes are decoded from the original and encoded
again; the others are copied. The check and its further attempts are those of the whole pass.
"""

from collections.abc import Sequence

from annotations.vision import memory
from annotations.vision.boxes import by_frame
from annotations.vision.errors import VisionError
from annotations.vision.examples import write as write_examples
from annotations.vision.fingerprint import NO_FINGERPRINT
from annotations.vision.follow import follow
from annotations.vision.job import Clock, Job, Revision
from annotations.vision.missed_faces import by_kind, exposed_as_missed, objects
from annotations.vision.mosaic import mosaic_of, repainted
from annotations.vision.obscure import HidingPlan, hidden_boxes
from annotations.vision.redact import ATTEMPTS
from annotations.vision.reencoding import Splice, changed_groups, reencode_and_check
from annotations.vision.rendering import Rendered
from annotations.vision.report import FACE, SCHEMA, EarlierRun, MissedFace, Report, TrackReport
from annotations.vision.reporting import models_report, source_report, track_report
from annotations.vision.timeline import Timeline
from annotations.vision.unredaction import still_hidden
from annotations.vision.video.probe import Probe, probe
from annotations.vision.video.ranges import Ranges
from annotations.vision.video.splice import Layout, NotSpliceable, groups_of, layout

KEPT_ROLES = frozenset({"person", "content"})
"""Of models that the earlier run used and a repair does not: what they found is still in the rendition."""


def repair(job: Job, revision: Revision, clock: Clock | None = None) -> Report:
    """Write a rendition that is made of an earlier one, and return the whole report.

    When the report's `residual.exposed` is not empty, the target has been emptied or removed, as by `redact`.
    Raises NotSpliceable when the earlier rendition does not serve (then the whole pass is needed), and VisionError
    "unchanged" when it hides what is to be hidden already, and no more.
    """
    clock = clock or Clock()
    order, past = revision.order, revision.order["earlier"]
    timeline = Timeline.of(past["presentation_times"], past["frame_map"])
    with clock.stage("probe"):
        facts = probe(job.source, job.limits, job.camera)
        _check(job, past, layout(revision.earlier), facts)
        ranges = Ranges(job.source, job.limits, timeline.frames, job.camera)
    attempts = _Attempts(job, revision, timeline, ranges)
    job.on_progress("follow", 0, 1)
    missed, origin = order["missed_faces"], "person"
    for _ in range(ATTEMPTS):
        with clock.stage("follow"):
            attempts.follow(missed, origin)
        with clock.stage("render"):
            rendered = attempts.render()
        if not objects(rendered.residual):
            break
        job.discard()
        missed, origin = exposed_as_missed(rendered.residual), "detector"
    faces = by_kind(order["missed_faces"]).get(FACE, [])
    if revision.examples and faces and not objects(rendered.residual):
        with clock.stage("examples"):
            of_faces = [track for track in attempts.tracks if track.get("kind", FACE) == FACE]
            write_examples(revision.examples, ranges, timeline.drawn(faces), of_faces)
    return Report(
        schema=SCHEMA,
        source=source_report(facts, frames=timeline.frames, constant_rate=timeline.frame_map is None),
        presentation_times=past["presentation_times"],
        frame_map=past["frame_map"],
        rendition=rendered.rendition,
        effect=job.effect,
        camera=job.camera.as_dict(),
        tracks=attempts.tracks,
        findings=past["findings"],
        residual=rendered.residual,
        fingerprint=NO_FINGERPRINT,
        models=[*models_report(job), *(model for model in past["models"] if model["role"] in KEPT_ROLES)],
        seconds=clock.seconds,
        peak_memory_mb=round(memory.peak_mb(), 1),
    )


class _Attempts:
    """What is to be hidden, which grows from attempt to attempt, and the renditions that hide it."""

    def __init__(self, job: Job, revision: Revision, timeline: Timeline, ranges: Ranges) -> None:
        self._job, self._revision = job, revision
        self._timeline, self._ranges = timeline, ranges
        self._unredacted = revision.order["unredacted"]
        earlier = revision.order["earlier"]["tracks"]
        self._before = [hidden_boxes(track) for track in earlier]
        self.tracks = [rest for track in earlier if (rest := self._rest_of(track))["boxes"]]

    def follow(self, missed: Sequence[MissedFace], origin: str) -> None:
        """Add the tracks of these, but for what was unredacted. `origin`: "person" or "detector"."""
        hidden = by_frame(map(hidden_boxes, self.tracks))
        for kind, regions in by_kind(missed).items():
            detector = self._job.detector if kind == FACE else None
            for track in follow(self._ranges, self._timeline, regions, detector, hidden):
                track.boxes = still_hidden(track.boxes, self._unredacted, drawn=origin == "person")
                if track.boxes:
                    number = max((known["id"] for known in self.tracks), default=0) + 1
                    self.tracks.append(track_report(track, number, origin, kind))

    def render(self) -> Rendered:
        """The groups in which something else is hidden than in the earlier rendition, or in another way, made again and
        checked. Raises VisionError "unchanged" when there is none."""
        try:
            plan, repainted_frames = self._plan()
            shown = self._timeline.shown()
            changed = changed_groups(shown, by_frame(self._before), plan.boxes) | groups_of(
                frame for frame, original in enumerate(shown) if original in repainted_frames
            )
            if not changed:
                raise VisionError("unchanged", "Nothing of what is hidden would change.")
            unredacted = by_frame(map(hidden_boxes, self._unredacted))
            splice = Splice(self._revision.earlier, self._job.target, self._ranges, shown, changed)
            return reencode_and_check(self._job, splice, plan, unredacted)
        except BaseException:
            self._job.discard()
            raise

    def _plan(self) -> tuple[HidingPlan, set[int]]:
        """What is to be hidden and how, and the original frames that show it in another way than before."""
        tracks = list(map(hidden_boxes, self.tracks))
        hidden = by_frame(tracks)
        if self._job.effect != "mosaic":
            return HidingPlan(hidden, self._job.effect), set()
        mosaic = mosaic_of(self._ranges, tracks)
        # Tracks that stay as they are keep their tiles. Of any other every frame is made again: two sets of tiles of
        # one track would reveal more than one.
        return HidingPlan(hidden, mosaic), repainted(mosaic_of(self._ranges, self._before), mosaic, hidden)

    def _rest_of(self, track: TrackReport) -> TrackReport:
        """What is left of an earlier run's track by the unredactions."""
        rest = still_hidden(hidden_boxes(track), self._unredacted, drawn=track["source"] == "person")
        return {**track, "boxes": {frame: box for frame, box in track["boxes"].items() if int(frame) in rest}}


def _check(job: Job, past: EarlierRun, made: Layout, facts: Probe) -> None:
    """Raises NotSpliceable when the earlier run cannot be built upon."""
    timeline = Timeline.of(past["presentation_times"], past["frame_map"])
    if past["schema"] != SCHEMA:
        raise NotSpliceable("The earlier run was reported in another form.")
    if past["effect"] != job.effect:
        raise NotSpliceable("The earlier rendition hides faces in another way.")
    if (made.width, made.height) != (facts.width, facts.height):
        raise NotSpliceable("The earlier rendition has another size.")
    if made.frames != len(timeline.shown()) or facts.frames != timeline.frames:
        raise NotSpliceable("The earlier rendition has another number of frames.")

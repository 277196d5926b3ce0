"""The check of a rendition: is there a face outside what was hidden?

The detector is asked again, in other orientations, too, and then models of other families (`second_opinion`), which are
given several glances at the first pictures, and a few at later ones in which something changes that no hidden head
explains. Dark pictures are enhanced before.

What goes to the encoder is checked while it is in memory. Now and then it is the coded key frame instead, decoded again
as it is written, so that what viewers get is known to be what was meant.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.boxes import BoxesByFrame, scaled
from annotations.vision.change_detection import ChangeDetector, RegionOfInterest, coarse_luma
from annotations.vision.errors import VisionError
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.glances import OTHERS, WHOLE, Glance
from annotations.vision.hidden_regions import HiddenRegions
from annotations.vision.judging import Visibility, unjudgeable, visibility_of
from annotations.vision.low_light import Enhancement, enhancement_for
from annotations.vision.orientation import UPRIGHT, WARPS
from annotations.vision.region_detection import detect_in, merged
from annotations.vision.report import ExposedFace, ResidualReport
from annotations.vision.second_opinion import Noticed, Opinion, Uncovered, ask, confirmed
from annotations.vision.video.encode import KEY_FRAME_INTERVAL
from annotations.vision.video.picture import luma_of, rgb_of

THRESHOLD = 0.5
"""Score from which a face counts."""
TURNED_THRESHOLD = 0.65
"""Score from which one counts that is not upright: hands are taken for such faces."""
LEAST_SECONDS = 0.9
"""Key frames that follow sooner than this on one that was checked are passed over."""
CHECKS_PER_CODED_ONE = 5
"""Every so many checks, the first among them, wait for the coded picture."""
HIDDEN_SHARE = 0.6
"""A face box of which this much is hidden is a hidden head in which the detector still finds something."""
THOROUGH_CHECKS = 2
"""Pictures, the first that differ, at which other models take all glances."""
GLANCES_A_CHECK = 2
"""Glances, beside that at the whole picture, that they take at a later one."""


class ResidualCheck:
    """Is given the key frames of a rendition in order, before or after they are coded or both, and detects faces
    where they differ from the last one.

    `hidden` has the hidden face boxes by frame of the rendition, whose frame rate is `rate`.
    """

    def __init__(
        self,
        detector: FaceDetector,
        pool: Executor,
        hidden: BoxesByFrame,
        rate: float,
        opinions: Sequence[Opinion] = (),
    ) -> None:
        self._detector = detector
        self._pool = pool
        self._hidden = hidden
        self._opinions = opinions
        self._least_distance = rate * LEAST_SECONDS
        self._decoder: VideoCodecContext | None = None
        self._scaler = VideoReformatter()
        self._changes: ChangeDetector | None = None
        self._enhancement: Enhancement | None = None
        self._checks: list[_Check] = []
        self._visibilities: list[Visibility] = []
        """How those pictures can be seen that showed what the one before did not."""

    def add(self, index: int, frame: VideoFrame) -> None:
        """The picture that is to be the rendition's frame `index`: checked, unless the coded one is to be."""
        waits_for_the_coded_one = len(self._checks) % CHECKS_PER_CODED_ONE == 0
        if index % KEY_FRAME_INTERVAL == 0 and not waits_for_the_coded_one and self._is_due(index):
            self.check(index, frame)

    def add_coded(self, index: int, coded: bytes, extradata: bytes | None) -> None:
        """The coded key frame `index`: decoded and checked, unless it has been checked in memory."""
        if not self._is_due(index):
            return
        if self._decoder is None:
            self._decoder = VideoCodecContext.create("h264", "r")
            self._decoder.extradata = extradata
            self._decoder.thread_count = 1
        frames = [*self._decoder.decode(Packet(coded)), *self._decoder.decode(None)]
        self._decoder.flush_buffers()
        if len(frames) != 1:
            raise VisionError("internal_failure", "A key frame of the rendition could not be read.")
        self.check(index, frames[0])

    def _is_due(self, index: int) -> bool:
        return not self._checks or index - self._checks[-1].frame >= self._least_distance

    def check(self, index: int, frame: VideoFrame) -> None:
        """Check this picture of frame `index`, whether or not it is due."""
        small = self._scaler.reformat(
            frame,
            *working_size(frame.width, frame.height, self._detector.step),
            "yuv420p",
            interpolation="BILINEAR",
        )
        enhancement = enhancement_for(luma_of(small), self._enhancement)
        if self._changes is None or enhancement is not self._enhancement:
            self._changes = ChangeDetector(small.width, small.height, self._detector.step)
        self._enhancement = enhancement
        coarse = coarse_luma(luma_of(small))
        regions = self._changes.regions(coarse if enhancement is None else enhancement.luma[coarse], [])
        number = len(self._checks)
        warp = WARPS[number // 2 % len(WARPS)] if number % 2 else UPRIGHT
        hidden = HiddenRegions(self._hidden.get(index, ()), frame.width, frame.height)
        scale = frame.width / small.width, frame.height / small.height
        if regions:
            shown = hidden.shown(small.width, small.height)
            self._visibilities.append(visibility_of(luma_of(small), regions, shown))
        glances = self._glances([region for region in regions if not hidden.explain(region, scale)])
        task = _Task(small, regions, enhancement, warp, glances, hidden, scale)
        found = self._pool.submit(_examine, task, self._detector, self._opinions if regions else ())
        self._checks.append(_Check(index, found, len(self._visibilities)))

    def _glances(self, unexplained: Sequence[RegionOfInterest]) -> Sequence[Glance]:
        """Those that other models take at a picture in which these regions changed, beside that at all of it."""
        if len(self._visibilities) <= THOROUGH_CHECKS:
            return OTHERS
        if not unexplained:
            return ()
        first = GLANCES_A_CHECK * len(self._visibilities)
        return [OTHERS[number % len(OTHERS)] for number in range(first, first + GLANCES_A_CHECK)]

    def report(self) -> ResidualReport:
        """What was found. Waits for the models."""
        exposed: list[ExposedFace] = []
        uncovered: list[Uncovered] = []
        for check in self._checks:
            found = check.found.result()
            for face in found.exposed:
                box = [round(value, 1) for value in face.box]
                exposed.append(ExposedFace(frame=check.frame, box=box, score=round(face.score, 4)))
            uncovered += [Uncovered(check.number, check.frame, seen) for seen in found.uncovered]
        return ResidualReport(
            checked_frames=len(self._checks),
            exposed=exposed,
            evidence=confirmed(uncovered, len(self._visibilities)),
            unjudgeable=unjudgeable(self._visibilities),
        )


@dataclass(frozen=True)
class _Task:
    """A small picture to be checked in these regions, upright and in one other warp, by other models in these glances,
    and what is hidden on the frame of the rendition. `scale` leads to the frame's pixels, across and down."""

    small: VideoFrame
    regions: Sequence[RegionOfInterest]
    enhancement: Enhancement | None
    warp: int
    glances: Sequence[Glance]
    hidden: HiddenRegions
    scale: tuple[float, float]

    def counts(self, seen: Noticed) -> bool:
        """Whether what another model has seen in the small picture is not hidden. Hands beside a hidden head are
        taken for faces where they are shown large, or turned."""
        box = scaled(seen.face.box, *self.scale)
        return not (self.hidden.hides(box) or (seen.glance != WHOLE and self.hidden.is_beside(box)))

    def in_frame(self, face: Face) -> Face:
        """A face of the small picture in pixels of the frame."""
        return Face(scaled(face.box, *self.scale), face.score)


@dataclass(frozen=True)
class _Found:
    """Faces that the detector found and that are not hidden, and those that other models did. Pixels of the
    rendition."""

    exposed: list[Face]
    uncovered: list[Noticed]


@dataclass(frozen=True)
class _Check:
    """A frame of the rendition that is being checked; `number` counts those that show what the one before did not."""

    frame: int
    found: Future[_Found]
    number: int


def _examine(task: _Task, detector: FaceDetector, opinions: Sequence[Opinion]) -> _Found:
    picture = rgb_of(task.small)
    if task.enhancement is not None:
        picture = task.enhancement.picture([picture])
    faces = detect_in(task.regions, picture, detector, THRESHOLD)
    if task.warp != UPRIGHT:
        faces = merged([*faces, *detect_in(task.regions, picture, detector, TURNED_THRESHOLD, [task.warp])])
    in_frame = [task.in_frame(face) for face in merged(faces)]
    seen = ask(opinions, picture, task.glances, task.counts)
    return _Found(
        exposed=[face for face in in_frame if task.hidden.share_of(face.box) < HIDDEN_SHARE],
        uncovered=[replace(each, face=task.in_frame(each.face)) for each in seen if task.counts(each)],
    )

"""The check of a rendition: is there a face outside what was hidden?

The detector is asked again, in other orientations, too, and then models of other families (`second_opinion`). Dark
pictures are enhanced before.

What goes to the encoder is checked while it is in memory. Now and then it is the coded key frame instead, decoded again
as it is written, so that what viewers get is known to be what was meant.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.boxes import BoxesByFrame, centre, covered, scaled
from annotations.vision.change_detection import ChangeDetector, RegionOfInterest, coarse_luma
from annotations.vision.errors import VisionError
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.low_light import Enhancement, enhancement_for
from annotations.vision.obscure import Mask, hidden_mask
from annotations.vision.orientation import UPRIGHT, WARPS
from annotations.vision.region_detection import detect_in, merged
from annotations.vision.report import ExposedFace, ResidualReport
from annotations.vision.second_opinion import Opinion, Uncovered, confirmed
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

    def add(self, index: int, frame: VideoFrame) -> None:
        """The picture that is to be the rendition's frame `index`: checked, unless the coded one is to be."""
        waits_for_the_coded_one = len(self._checks) % CHECKS_PER_CODED_ONE == 0
        if index % KEY_FRAME_INTERVAL == 0 and not waits_for_the_coded_one and self._is_due(index):
            self._check(index, frame)

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
        self._check(index, frames[0])

    def _is_due(self, index: int) -> bool:
        return not self._checks or index - self._checks[-1].frame >= self._least_distance

    def _check(self, index: int, frame: VideoFrame) -> None:
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
        turn = WARPS[number // 2 % len(WARPS)] if number % 2 else UPRIGHT
        task = _Task(small, regions, enhancement, turn, (frame.width, frame.height))
        found = self._pool.submit(_detect, task, self._detector, self._opinions if regions else ())
        self._checks.append(_Check(index, found, bool(regions), (frame.width, frame.height)))

    def report(self) -> ResidualReport:
        """What was found. Waits for the models."""
        exposed: list[ExposedFace] = []
        uncovered: list[Uncovered] = []
        seen = 0
        judged = 0
        for check in self._checks:
            found = check.found.result()
            judged += check.is_new
            anything = found.faces or found.others
            mask = hidden_mask(self._hidden.get(check.frame, ()) if anything else (), *check.size)
            for face in found.faces:
                if covered(face.box, mask) < HIDDEN_SHARE:
                    box = [round(value, 1) for value in face.box]
                    exposed.append(ExposedFace(frame=check.frame, box=box, score=round(face.score, 4)))
            uncovered += [
                Uncovered(judged, check.frame, model, face)
                for model, face in found.others
                if not _is_hidden_at(mask, *centre(face.box))
            ]
            seen += len(found.others)
        return ResidualReport(
            checked_frames=len(self._checks),
            exposed=exposed,
            evidence=confirmed(uncovered, judged),
            agreed=seen - len(uncovered),
        )


def _is_hidden_at(mask: Mask, x: float, y: float) -> bool:
    """Whether the pixel at this point is hidden; one outside the picture is taken for the nearest inside."""
    height, width = mask.shape
    return bool(mask[min(height - 1, max(0, int(y))), min(width - 1, max(0, int(x)))])


@dataclass(frozen=True)
class _Task:
    """A small picture to be checked in these regions, upright and in one other turn, and the rendition's size."""

    small: VideoFrame
    regions: Sequence[RegionOfInterest]
    enhancement: Enhancement | None
    turn: int
    full: tuple[int, int]


@dataclass(frozen=True)
class _Found:
    """Faces that the detector found, and those that other models did, with the models' names; pixels of the
    rendition."""

    faces: list[Face]
    others: list[tuple[str, Face]]


@dataclass(frozen=True)
class _Check:
    """A frame of the rendition that is being checked, whether it shows what the one before did not, and its size."""

    frame: int
    found: Future[_Found]
    is_new: bool
    size: tuple[int, int]


def _detect(task: _Task, detector: FaceDetector, opinions: Sequence[Opinion]) -> _Found:
    across, down = task.full[0] / task.small.width, task.full[1] / task.small.height
    picture = rgb_of(task.small)
    if task.enhancement is not None:
        picture = task.enhancement.picture([picture])
    faces = detect_in(task.regions, picture, detector, THRESHOLD)
    if task.turn != UPRIGHT:
        faces = merged([*faces, *detect_in(task.regions, picture, detector, TURNED_THRESHOLD, [task.turn])])
    others = [pair for opinion in opinions for pair in opinion.on(picture)]
    return _Found(
        [Face(scaled(face.box, across, down), face.score) for face in merged(faces)],
        [(model, Face(scaled(face.box, across, down), face.score)) for model, face in others],
    )

"""The check of a rendition: is there a face outside what was hidden?

What goes to the encoder is checked while it is in memory. Now and then it is the coded key frame instead, decoded again
as it is written, so that what viewers get is known to be what was meant.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, Future

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.boxes import BoxesByFrame, covered, scaled
from annotations.vision.change_detection import ChangeDetector, RegionOfInterest, coarse_luma
from annotations.vision.errors import VisionError
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.obscure import hidden_mask
from annotations.vision.region_detection import detect_in
from annotations.vision.report import ExposedFace, ResidualReport
from annotations.vision.video.encode import KEY_FRAME_INTERVAL
from annotations.vision.video.picture import luma_of, rgb_of

THRESHOLD = 0.5
"""Score from which a face counts."""
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

    def __init__(self, detector: FaceDetector, pool: Executor, hidden: BoxesByFrame, rate: float) -> None:
        self._detector = detector
        self._pool = pool
        self._hidden = hidden
        self._least_distance = rate * LEAST_SECONDS
        self._decoder: VideoCodecContext | None = None
        self._scaler = VideoReformatter()
        self._changes: ChangeDetector | None = None
        self._checks: list[tuple[int, Future[list[Face]], int, int]] = []

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
        return not self._checks or index - self._checks[-1][0] >= self._least_distance

    def _check(self, index: int, frame: VideoFrame) -> None:
        small = self._scaler.reformat(
            frame,
            *working_size(frame.width, frame.height, self._detector.step),
            "yuv420p",
            interpolation="BILINEAR",
        )
        self._changes = self._changes or ChangeDetector(small.width, small.height, self._detector.step)
        regions = self._changes.regions(coarse_luma(luma_of(small)), [])
        future = self._pool.submit(_detect, small, regions, self._detector, (frame.width, frame.height))
        self._checks.append((index, future, frame.width, frame.height))

    def report(self) -> ResidualReport:
        """What was found. Waits for the detector."""
        exposed: list[ExposedFace] = []
        for index, future, width, height in self._checks:
            faces = future.result()
            mask = hidden_mask(self._hidden.get(index, ()) if faces else (), width, height)
            for face in faces:
                if covered(face.box, mask) < HIDDEN_SHARE:
                    box = [round(value, 1) for value in face.box]
                    exposed.append(ExposedFace(frame=index, box=box, score=round(face.score, 4)))
        return ResidualReport(checked_frames=len(self._checks), exposed=exposed)


def _detect(
    small: VideoFrame, regions: Sequence[RegionOfInterest], detector: FaceDetector, full: tuple[int, int]
) -> list[Face]:
    """Faces in these regions of a small picture, in pixels of the rendition, whose width and height are `full`."""
    across, down = full[0] / small.width, full[1] / small.height
    found = detect_in(regions, rgb_of(small), detector, THRESHOLD)
    return [Face(scaled(face.box, across, down), face.score) for face in found]

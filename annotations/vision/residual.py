"""The check of a rendition: is there a face outside what was hidden?

What goes to the encoder is checked while it is in memory. Now and then it is the coded key frame instead, decoded again
as it is written, so that what viewers get is known to be what was meant.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.change_detection import Attention, Part, coarse_luma
from annotations.vision.boxes import Box, covered, scaled
from annotations.vision.errors import VisionError
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.detection_pass import look_at, luma_of, rgb_of
from annotations.vision.obscure import hidden_mask
from annotations.vision.report import ExposedFace, ResidualReport
from annotations.vision.video.encode import KEY_FRAME_INTERVAL

THRESHOLD = 0.5
LEAST_SECONDS = 0.9
"""Key frames that follow sooner than this on one that was checked are passed over."""
LOOKS_TO_A_CODED_ONE = 5
"""Every so many looks, the first among them, wait for the coded picture."""
HIDDEN_SHARE = 0.6
"""A face box of which this much is hidden is a hidden head in which the detector still sees something."""


class ResidualCheck:
    """Is given the key frames of a rendition in order, before or after they are coded or both, and looks for faces
    where they differ from the last one.

    `hidden` has the hidden face boxes by frame of the rendition, whose frame rate is `rate`.
    """

    def __init__(
        self, detector: FaceDetector, pool: Executor, hidden: Mapping[int, Sequence[Box]], rate: float
    ) -> None:
        self._detector = detector
        self._pool = pool
        self._hidden = hidden
        self._least_distance = rate * LEAST_SECONDS
        self._decoder: VideoCodecContext | None = None
        self._scaler = VideoReformatter()
        self._attention: Attention | None = None
        self._looks: list[tuple[int, Future[list[Face]], int, int]] = []

    def see(self, index: int, frame: VideoFrame) -> None:
        """The picture that is to be the rendition's frame `index`: look, unless the coded one is to be looked at."""
        waits_for_the_coded_one = len(self._looks) % LOOKS_TO_A_CODED_ONE == 0
        if index % KEY_FRAME_INTERVAL == 0 and not waits_for_the_coded_one and self._is_due(index):
            self._look_at(index, frame)

    def see_coded(self, index: int, coded: bytes, extradata: bytes | None) -> None:
        """The coded key frame `index`: decode it and look, unless it has been looked at in memory."""
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
        self._look_at(index, frames[0])

    def _is_due(self, index: int) -> bool:
        return not self._looks or index - self._looks[-1][0] >= self._least_distance

    def _look_at(self, index: int, frame: VideoFrame) -> None:
        small = self._scaler.reformat(
            frame,
            *working_size(frame.width, frame.height, self._detector.step),
            "yuv420p",
            interpolation="BILINEAR",
        )
        self._attention = self._attention or Attention(small.width, small.height, self._detector.step)
        parts = self._attention.parts(coarse_luma(luma_of(small)), [])
        future = self._pool.submit(_look, small, parts, self._detector, frame.width, frame.height)
        self._looks.append((index, future, frame.width, frame.height))

    def report(self) -> ResidualReport:
        """What was found. Waits for the looks."""
        exposed: list[ExposedFace] = []
        for index, future, width, height in self._looks:
            faces = future.result()
            mask = hidden_mask(self._hidden.get(index, ()) if faces else (), width, height)
            for face in faces:
                if covered(face.box, mask) < HIDDEN_SHARE:
                    box = [round(value, 1) for value in face.box]
                    exposed.append(ExposedFace(frame=index, box=box, score=round(face.score, 4)))
        return ResidualReport(checked_frames=len(self._looks), exposed=exposed)


def _look(
    small: VideoFrame, parts: Sequence[Part], detector: FaceDetector, width: int, height: int
) -> list[Face]:
    """Faces in pixels of the rendition, whose size is `width` x `height`."""
    across, down = width / small.width, height / small.height
    found = look_at(rgb_of(small), parts, detector, THRESHOLD)
    return [Face(scaled(face.box, across, down), face.score) for face in found]

"""The check of a rendition: is there a face outside what was hidden?

The coded key frames are decoded again as they are written, so that what is checked is what viewers will get.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.attention import Attention, Part, coarse_luma
from annotations.vision.boxes import Box, covered, scaled
from annotations.vision.errors import VisionError
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.looking import look_at, luma_of, rgb_of
from annotations.vision.obscure import hidden_mask
from annotations.vision.report import ExposedFace, ResidualReport
from annotations.vision.video.decode import available_cores

THRESHOLD = 0.5
LEAST_SECONDS = 0.9
"""Key frames that follow sooner than this on one that was checked are passed over."""
HIDDEN_SHARE = 0.6
"""A face box of which this much is hidden is a hidden head in which the detector still sees something."""


class ResidualCheck:
    """Is given the key frames of a rendition in order, and looks for faces where they differ from the last one.

    ``hidden`` has the hidden face boxes by frame of the rendition, whose frame rate is ``rate``.
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

    def see(self, index: int, coded: bytes, extradata: bytes | None) -> None:
        """Decode and check one key frame, the rendition's frame ``index``."""
        if self._decoder is None:
            self._decoder = VideoCodecContext.create("h264", "r")
            self._decoder.extradata = extradata
            self._decoder.thread_count = 1
        if self._looks and index - self._looks[-1][0] < self._least_distance:
            return
        frames = [*self._decoder.decode(Packet(coded)), *self._decoder.decode(None)]
        self._decoder.flush_buffers()
        if len(frames) != 1:
            raise VisionError("internal_failure", "A key frame of the rendition could not be read.")
        frame = frames[0]
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


def check(path: str, hidden: Mapping[int, Sequence[Box]], detector: FaceDetector) -> ResidualReport:
    """Check a finished rendition."""
    with ThreadPoolExecutor(available_cores()) as pool, av.open(path) as container:
        stream = container.streams.video[0]
        residual = ResidualCheck(detector, pool, hidden, float(stream.average_rate or 1))
        packets = (packet for packet in container.demux(stream) if packet.size)
        for index, packet in enumerate(packets):
            if packet.is_keyframe:
                residual.see(index, bytes(packet), stream.codec_context.extradata)
        return residual.report()


def _look(
    small: VideoFrame, parts: Sequence[Part], detector: FaceDetector, width: int, height: int
) -> list[Face]:
    """Faces in pixels of the rendition, whose size is ``width`` x ``height``."""
    across, down = width / small.width, height / small.height
    found = look_at(rgb_of(small), parts, detector, THRESHOLD)
    return [Face(scaled(face.box, across, down), face.score) for face in found]

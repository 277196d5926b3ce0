"""The check of a finished rendition: is there a face outside what was hidden?"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.attention import Attention, Part, coarse_luma
from annotations.vision.boxes import Box, covered, scaled
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.looking import look_at, luma_of, rgb_of
from annotations.vision.obscure import hidden_mask
from annotations.vision.report import ExposedFace, ResidualReport
from annotations.vision.video.decode import ANY_SIZE, available_cores, decode
from annotations.vision.video.encode import KEY_FRAME_INTERVAL

THRESHOLD = 0.5
HIDDEN_SHARE = 0.6
"""A face box of which this much is hidden is a hidden head in which the detector still sees something."""


def check(
    path: str,
    hidden: Mapping[int, Sequence[Box]],
    detector: FaceDetector,
    *,
    on_frame: Callable[[int], None],
) -> ResidualReport:
    """Look at every key frame of the rendition, where it differs from the one before.

    ``hidden`` has the hidden face boxes by frame of the rendition.
    """
    exposed: list[ExposedFace] = []
    looks: list[tuple[int, Future[list[Face]], tuple[int, int]]] = []
    scaler = VideoReformatter()
    attention: Attention | None = None
    with ThreadPoolExecutor(available_cores()) as pool:
        for decoded in decode(path, ANY_SIZE, key_frames_only=True):
            width, height = decoded.geometry.width, decoded.geometry.height
            small = decoded.scaled(*working_size(width, height, detector.step), scaler)
            attention = attention or Attention(small.width, small.height, detector.step)
            parts = attention.parts(coarse_luma(luma_of(small)), [])
            index = decoded.index * KEY_FRAME_INTERVAL
            looks.append((index, pool.submit(_look, small, parts, width, height, detector), (width, height)))
        for index, future, size in looks:
            mask = hidden_mask(hidden.get(index, ()), *size)
            for face in future.result():
                if covered(face.box, mask) < HIDDEN_SHARE:
                    box = [round(value, 1) for value in face.box]
                    exposed.append(ExposedFace(frame=index, box=box, score=round(face.score, 4)))
            on_frame(index)
    return ResidualReport(checked_frames=len(looks), exposed=exposed)


def _look(
    small: VideoFrame, parts: Sequence[Part], width: int, height: int, detector: FaceDetector
) -> list[Face]:
    across, down = width / small.width, height / small.height
    found = look_at(rgb_of(small), parts, detector, THRESHOLD)
    return [Face(scaled(face.box, across, down), face.score) for face in found]

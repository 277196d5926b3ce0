"""The check of a finished rendition: is there a face outside what was hidden?"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from annotations.vision.boxes import Box, covered, scaled
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.obscure import hidden_mask
from annotations.vision.report import ExposedFace, ResidualReport
from annotations.vision.video.decode import ANY_SIZE, DecodedFrame, available_cores, decode

LONG_SIDE = 480
THRESHOLD = 0.5
HIDDEN_SHARE = 0.6
"""A face box of which this much is hidden is a hidden head in which the detector still sees something."""


def check(
    path: str,
    hidden: Mapping[int, Sequence[Box]],
    detector: FaceDetector,
    *,
    every: int,
    on_frame: Callable[[int], None],
) -> ResidualReport:
    """Look at every ``every``-th frame of the rendition; ``hidden`` has the hidden face boxes by frame."""
    exposed: list[ExposedFace] = []
    checked = 0
    with ThreadPoolExecutor(available_cores()) as pool:
        looks: list[tuple[int, Future[list[Face]], tuple[int, int]]] = []
        for decoded in decode(path, ANY_SIZE):
            if decoded.index % every == 0:
                size = decoded.geometry.width, decoded.geometry.height
                looks.append((decoded.index, pool.submit(_look, decoded, detector), size))
                checked += 1
            on_frame(decoded.index)
        for index, future, (width, height) in looks:
            mask = hidden_mask(hidden.get(index, ()), width, height)
            for face in future.result():
                if covered(face.box, mask) < HIDDEN_SHARE:
                    exposed.append(
                        ExposedFace(
                            frame=index, box=[round(v, 1) for v in face.box], score=round(face.score, 4)
                        )
                    )
    return ResidualReport(checked_frames=checked, exposed=exposed)


def _look(decoded: DecodedFrame, detector: FaceDetector) -> list[Face]:
    geometry = decoded.geometry
    width, height = working_size(geometry.width, geometry.height, LONG_SIDE, detector.step)
    faces = detector.detect(decoded.scaled_rgb(width, height), THRESHOLD)
    return [
        Face(scaled(face.box, geometry.width / width, geometry.height / height), face.score) for face in faces
    ]

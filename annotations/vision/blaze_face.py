"""BlazeFace, a second opinion on faces. It never decides what is hidden, so that it shares none of its blindness."""

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, non_maximum_suppression
from annotations.vision.faces import SAME_FACE, Face, RgbPicture
from annotations.vision.models import MODELS, locate
from annotations.vision.runtime import run, session
from annotations.vision.tensorflow_js import to_onnx

SIDE = 256
"""Pixels across and down of what the network is given."""

_PREFIX = "StatefulPartitionedCall/functional_1/"
_SCORES = [f"{_PREFIX}conv2d_33/BiasAdd", f"{_PREFIX}conv2d_34/BiasAdd"]
_BOXES = [f"{_PREFIX}conv2d_35/BiasAdd", f"{_PREFIX}conv2d_36/BiasAdd"]
"""For 16 x 16 cells with 2 anchors in each, then for 8 x 8 cells with 6 anchors in each."""


class BlazeFace:
    """BlazeFace for rear cameras (Bazarevsky et al. 2019, arXiv:1907.05047), on pictures of 256 x 256.

    Anchors are the middles of the cells, and boxes are given in pixels from there, as in MediaPipe's configuration
    of this network (fixed anchor size, offsets of a half, strides 16 and 32). Raises ModelError when its files are
    absent or are not the pinned ones.
    """

    step = 1

    def __init__(self) -> None:
        graph, weights = locate("blazeface-back-graph"), locate("blazeface-back")
        self.name = "blazeface-back"
        self.sha256 = MODELS[self.name].sha256
        self._session = session(to_onnx(graph, weights, [*_SCORES, *_BOXES]).SerializeToString())

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        """Faces of at least this score in a picture of any size, strongest first: at most one where several overlap."""
        height, width = picture.shape[:2]
        factor = SIDE / max(height, width)
        outputs = run(self._session, [*_SCORES, *_BOXES], _batch(picture, factor))
        faces = [
            face for pair in zip(outputs[:2], outputs[2:], strict=True) for face in _faces(*pair, threshold)
        ]
        boxes = [_in_picture(face.box, picture, factor) for face in faces]
        kept = non_maximum_suppression(boxes, [face.score for face in faces], SAME_FACE)
        return [Face(boxes[index], faces[index].score) for index in kept]


def _corner(picture: RgbPicture, factor: float) -> tuple[int, int, int, int]:
    """Left, top, width and height of the picture in the middle of the square."""
    height, width = (max(1, round(side * factor)) for side in picture.shape[:2])
    return (SIDE - width) // 2, (SIDE - height) // 2, width, height


def _batch(picture: RgbPicture, factor: float) -> NDArray[np.float32]:
    """The picture in the middle of a black square, as values from -1 to 1."""
    left, top, width, height = _corner(picture, factor)
    small = cv2.resize(
        picture, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    )
    batch = np.full((1, 3, SIDE, SIDE), -1, np.float32)
    batch[0, :, top : top + height, left : left + width] = small.transpose(2, 0, 1) / np.float32(127.5) - 1
    return batch


def _faces(scores: NDArray[np.float32], boxes: NDArray[np.float32], threshold: float) -> list[Face]:
    """What one layer found, in pixels of the square. A score is 1 / (1 + exp(-output))."""
    anchors = scores.shape[1]
    likely = 1 / (1 + np.exp(-scores[0].astype(np.float64).clip(-100, 100)))
    cells = SIDE / scores.shape[2]
    found = []
    for anchor, row, column in np.argwhere(likely >= threshold).tolist():
        x, y, width, height = (
            boxes[0].reshape(anchors, -1, *boxes.shape[2:])[anchor, :4, row, column].tolist()
        )
        middle_x, middle_y = (column + 0.5) * cells + x, (row + 0.5) * cells + y
        box = middle_x - width / 2, middle_y - height / 2, width, height
        found.append(Face(box, float(likely[anchor, row, column])))
    return found


def _in_picture(box: Box, picture: RgbPicture, factor: float) -> Box:
    left, top, _, _ = _corner(picture, factor)
    return (box[0] - left) / factor, (box[1] - top) / factor, box[2] / factor, box[3] / factor

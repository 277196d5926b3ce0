"""Detectors of faces behind one small interface. They find boxes; nobody is recognised."""

import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, non_maximum_suppression
from annotations.vision.errors import ModelError
from annotations.vision.manifests import read_manifest, unreadable
from annotations.vision.models import MODELS, digest, locate
from annotations.vision.quantised import loadable
from annotations.vision.runtime import free_shapes, run, session

RgbPicture = NDArray[np.uint8]
"""Height x width x 3, RGB, 0 to 255."""

SAME_FACE = 0.3
"""Intersection over union from which two boxes of one picture are the same face."""


@dataclass(frozen=True)
class Face:
    """A face box in pixels of the picture that was searched, and the detector's confidence, 0 to 1."""

    box: Box
    score: float


class FaceDetector(Protocol):
    """What the pass needs of a detector. `detect` may be called from several threads at once."""

    name: str
    sha256: str
    step: int
    """Sides of the pictures given to `detect` are multiples of this."""

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        """Faces of at least this score in a picture (height x width x 3, RGB, 0 to 255), strongest first."""


class CenterFace:
    """CenterFace (Xu et al. 2019, arXiv:1911.03599): one stride-4 heat map of face centres, with sizes."""

    step = 32
    _stride = 4
    _outputs = ("537", "538", "539")

    def __init__(self, rounded: bool = False) -> None:
        """`rounded` as in `quantised.loadable`. `sha256` is that of the file in either form."""
        model = free_shapes(str(locate("centerface")), "input.1", self._outputs)
        self.rounded = rounded
        self.name = "centerface"
        self.sha256 = MODELS["centerface"].sha256
        self._session = session(loadable("centerface", model, rounded))

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        # Channel by channel: numpy is slow to bring a whole picture into this order.
        batch = np.empty((1, 3, *picture.shape[:2]), np.float32)
        for plane, channel in zip(batch[0], cv2.split(picture), strict=True):
            plane[:] = channel
        heat, scale, offset = run(self._session, list(self._outputs), batch)
        rows, columns = np.nonzero(heat[0, 0] >= threshold)
        scores = heat[0, 0, rows, columns]
        heights, widths = np.exp(scale[0][:, rows, columns]) * self._stride
        down, across = offset[0][:, rows, columns]
        left = (columns + across + 0.5) * self._stride - widths / 2
        top = (rows + down + 0.5) * self._stride - heights / 2
        boxes: list[Box] = [
            (float(x), float(y), float(w), float(h))
            for x, y, w, h in zip(left, top, widths, heights, strict=True)
        ]
        kept = non_maximum_suppression(boxes, scores.tolist(), SAME_FACE)
        return [Face(boxes[index], float(scores[index])) for index in kept]


class YuNet:
    """YuNet (Wu et al. 2023) through OpenCV, from a file that the operator provides.

    Raises ModelError: "model_unavailable" or "model_unusable".
    """

    step = 32

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ModelError(f"The face detector has no file {path.name}.")
        self.name = "yunet"
        self.sha256 = digest(path)
        self._path = str(path)
        # OpenCV's object keeps state between calls: one for each thread makes it safe to share.
        self._of_thread = threading.local()
        self._detector()

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        height, width = picture.shape[:2]
        detector = self._detector()
        detector.setInputSize((width, height))
        detector.setScoreThreshold(threshold)
        # None when there is no face, whatever the type says.
        found: Any = detector.detect(np.ascontiguousarray(picture[:, :, ::-1]))[1]
        if found is None:
            return []
        faces = [Face((float(f[0]), float(f[1]), float(f[2]), float(f[3])), float(f[14])) for f in found]
        return sorted(faces, key=lambda face: -face.score)

    def _detector(self) -> cv2.FaceDetectorYN:
        """This thread's own."""
        detector: cv2.FaceDetectorYN | None = getattr(self._of_thread, "detector", None)
        if detector is None:
            try:
                detector = cv2.FaceDetectorYN.create(self._path, "", (self.step, self.step))
            except cv2.error as error:
                raise ModelError(f"The model cannot be loaded: {error}", "model_unusable") from error
            self._of_thread.detector = detector
        return detector


class OnnxFaceDetector:
    """Any ONNX detector that takes a picture and gives boxes and scores, described by a manifest.

    The manifest is JSON: `{"name", "path" (relative to it), "sha256", "step": 32, "input": {"scale": 1,
    "color": "RGB" | "BGR"}, "outputs": {"boxes": NAME, "scores": NAME}, "relative": false}`. The model takes
    1 x 3 x height x width and gives corners (x0, y0, x1, y1), in pixels or, if relative, as shares of the
    picture, and one score for each.
    """

    def __init__(self, manifest_path: Path) -> None:
        manifest = read_manifest(manifest_path)
        self.name, self.sha256 = manifest.name, manifest.sha256
        self._session = manifest.load()
        try:
            self.step = int(manifest.fields.get("step", 32))
            form, outputs = manifest.fields["input"], manifest.fields["outputs"]
            self._scale = np.float32(form.get("scale", 1))
            self._reversed = form.get("color", "RGB") == "BGR"
            self._outputs = [str(outputs["boxes"]), str(outputs["scores"])]
            self._relative = bool(manifest.fields.get("relative", False))
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable(manifest_path, error) from error

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        channels = picture[:, :, ::-1] if self._reversed else picture
        batch = np.ascontiguousarray(channels.transpose(2, 0, 1)[np.newaxis], np.float32) * self._scale
        corners, scores = run(self._session, self._outputs, batch)
        corners, scores = corners.reshape(-1, 4).astype(np.float64), scores.reshape(-1)
        if self._relative:
            corners = corners * np.tile((picture.shape[1], picture.shape[0]), 2)
        likely = [index for index in np.argsort(-scores, kind="stable") if scores[index] >= threshold]
        boxes: list[Box] = [(x0, y0, x1 - x0, y1 - y0) for x0, y0, x1, y1 in corners[likely].tolist()]
        kept = non_maximum_suppression(boxes, scores[likely].tolist(), SAME_FACE)
        return [Face(boxes[index], float(scores[likely[index]])) for index in kept]


def working_size(width: int, height: int, step: int) -> tuple[int, int]:
    """Width and height, multiples of `step`, of the small picture in which faces are sought.

    About the area of 480 x 288: on footage of up to VGA size, twice that in both directions found no more.
    Larger pictures show people who are further away, and get up to the area of 960 x 544. Smaller ones are
    enlarged, at most to twice their size: the detector finds no faces of less than about 10 pixels.
    """
    area = min(max(480 * 288, width * height / 4), 960 * 544)
    factor = min(2.0, (area / (width * height)) ** 0.5)
    across, down = width * factor / step, height * factor / step
    # Rounding down loses small faces, rounding up costs time: up from a quarter of a step.
    return max(1, math.ceil(across - 0.25)) * step, max(1, math.ceil(down - 0.25)) * step

"""Screening of pictures: NudeNet and the operator's own ONNX classifiers behind one small interface.

A score routes a clip to people; it never clears one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray

from annotations.vision.boxes import Box, non_maximum_suppression
from annotations.vision.errors import ModelError
from annotations.vision.faces import Face
from annotations.vision.manifests import read_manifest, unreadable
from annotations.vision.models import MODELS, locate
from annotations.vision.quantised import loadable
from annotations.vision.runtime import run, session

RgbPicture = NDArray[np.uint8]

LOWEST_SCORE = 0.2
"""Findings below this are noise for every policy and are not reported."""


@dataclass(frozen=True)
class ContentDetection:
    """A label detected in one picture; the box in pixels of that picture, None when it means all of it."""

    label: str
    score: float
    box: Box | None


class ContentModel(Protocol):
    """`screen` may be called from several threads at once."""

    name: str
    sha256: str

    def screen(self, picture: RgbPicture) -> list[ContentDetection]:
        """What the model detects in a picture (height x width x 3, RGB)."""


def shrunk(picture: RgbPicture, width: int, height: int) -> RgbPicture:
    """The picture in another size. The slow mean of all pixels is only needed where more than two become one."""
    large = picture.shape[1] > 2 * width or picture.shape[0] > 2 * height
    method = cv2.INTER_AREA if large else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), np.uint8)


class NudeNet:
    """NudeNet 3 (320n, a YOLOv8): body parts, covered and exposed. Label names are NudeNet's own."""

    labels = (
        "FEMALE_GENITALIA_COVERED", "FACE_FEMALE", "BUTTOCKS_EXPOSED", "FEMALE_BREAST_EXPOSED",
        "FEMALE_GENITALIA_EXPOSED", "MALE_BREAST_EXPOSED", "ANUS_EXPOSED", "FEET_EXPOSED", "BELLY_COVERED",
        "FEET_COVERED", "ARMPITS_COVERED", "ARMPITS_EXPOSED", "FACE_MALE", "BELLY_EXPOSED",
        "MALE_GENITALIA_EXPOSED", "ANUS_COVERED", "FEMALE_BREAST_COVERED", "BUTTOCKS_COVERED",
    )  # fmt: skip
    unreported = frozenset(
        label for label in labels if label.startswith("FACE_") or label.endswith("_COVERED")
    )
    """Faces are the face detector's business, and covered parts say nothing."""
    area = 320 * 192
    """Pixels: what the longer side of 320 that it was trained for gives wide pictures."""
    step = 32

    def __init__(self, rounded: bool = False) -> None:
        """`rounded` as in `quantised.loadable`. `sha256` is that of the file in either form."""
        model = onnx.load(str(locate("nudenet-320n")))
        self.rounded = rounded
        self.name = "nudenet-320n"
        self.sha256 = MODELS["nudenet-320n"].sha256
        self._session = session(loadable("nudenet-320n", model, rounded))

    def screen(self, picture: RgbPicture) -> list[ContentDetection]:
        return [found for found in self.detections(picture) if found.label not in self.unreported]

    def detections(self, picture: RgbPicture, least: float = LOWEST_SCORE) -> list[ContentDetection]:
        """All that the model detects with at least this score, faces and covered parts included."""
        batch, factor = self._prepared(picture)
        (output,) = run(self._session, None, batch)
        rows = output[0].T
        classes = rows[:, 4:].argmax(1)
        scores = rows[np.arange(len(rows)), 4 + classes]
        likely = np.nonzero(scores >= least)[0]
        boxes: list[Box] = []
        for x, y, width, height in rows[likely, :4] / factor:
            boxes.append((float(x - width / 2), float(y - height / 2), float(width), float(height)))
        kept = non_maximum_suppression(boxes, scores[likely].tolist(), 0.45)
        return [
            ContentDetection(self.labels[classes[likely[index]]], float(scores[likely[index]]), boxes[index])
            for index in kept
        ]

    def _prepared(self, picture: RgbPicture) -> tuple[NDArray[np.float32], float]:
        """Scaled to the working area, padded to whole steps with black, in planes from 0 to 1."""
        height, width = picture.shape[:2]
        factor = min(320 / max(height, width), (self.area / (height * width)) ** 0.5)
        across, down = max(1, round(width * factor)), max(1, round(height * factor))
        small = shrunk(picture, across, down)
        padded = -(-down // self.step) * self.step, -(-across // self.step) * self.step
        batch = np.zeros((1, 3, *padded), np.float32)
        batch[0, :, :down, :across] = small.transpose(2, 0, 1) / np.float32(255)
        return batch, factor


class NudeNetFaces:
    """The faces that NudeNet detects, which screening does not report: a second opinion on what is hidden."""

    def __init__(self, model: NudeNet) -> None:
        self._model = model
        self.name, self.sha256 = model.name, model.sha256

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        """Faces of at least this score."""
        return [
            Face(found.box, found.score)
            for found in self._model.detections(picture, threshold)
            if found.label.startswith("FACE_") and found.box is not None
        ]


class Classifier:
    """An operator's own ONNX classifier, described by a manifest.

    The manifest is JSON: `{"name", "path" (relative to it), "sha256", "input": {"width", "height",
    "scale": 0.00392, "mean": [r, g, b], "deviation": [r, g, b], "layout": "NCHW" | "NHWC",
    "color": "RGB" | "BGR"}, "labels": [...], "ignore": [...], "activation": "none" | "softmax" |
    "sigmoid"}`.
    The model takes one picture and gives one score for each label.
    """

    def __init__(self, manifest_path: Path) -> None:
        manifest = read_manifest(manifest_path)
        self.name, self.sha256 = manifest.name, manifest.sha256
        try:
            self.labels = [str(label) for label in manifest.fields["labels"]]
            self._ignored = set(manifest.fields.get("ignore", []))
            self._activation = str(manifest.fields.get("activation", "none"))
            form: dict[str, Any] = manifest.fields["input"]
            self._size = int(form["width"]), int(form["height"])
            self._scale = np.float32(form.get("scale", 1 / 255))
            self._mean = np.asarray(form.get("mean", [0, 0, 0]), np.float32)
            self._deviation = np.asarray(form.get("deviation", [1, 1, 1]), np.float32)
            self._channels_last = form.get("layout", "NCHW") == "NHWC"
            self._reversed = form.get("color", "RGB") == "BGR"
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable(manifest_path, error) from error
        self._session = manifest.load()

    def screen(self, picture: RgbPicture) -> list[ContentDetection]:
        small = shrunk(picture, *self._size)
        if self._reversed:
            small = small[:, :, ::-1]
        values = (small.astype(np.float32) * self._scale - self._mean) / self._deviation
        batch = values if self._channels_last else values.transpose(2, 0, 1)
        scores = run(self._session, None, np.ascontiguousarray(batch[np.newaxis]))[0].reshape(-1)
        if len(scores) != len(self.labels):
            raise ModelError(f"The classifier {self.name} gives {len(scores)} scores.", "bad_manifest")
        if self._activation == "softmax":
            raised = np.exp(scores - scores.max())
            scores = raised / raised.sum()
        elif self._activation == "sigmoid":
            scores = 1 / (1 + np.exp(-scores))
        return [
            ContentDetection(label, float(score), None)
            for label, score in zip(self.labels, scores, strict=True)
            if label not in self._ignored and score >= LOWEST_SCORE
        ]

"""`redact IN OUT --report REPORT.json`: hide faces and screen the pictures of one clip."""

import argparse
import json
import os
import time
from pathlib import Path

from annotations.vision.blaze_face import BlazeFace
from annotations.vision.camera import Camera
from annotations.vision.confined import EXPOSED
from annotations.vision.content import Classifier, ContentModel, NudeNet, NudeNetFaces
from annotations.vision.errors import ModelError
from annotations.vision.faces import CenterFace, FaceDetector, OnnxFaceDetector, YuNet
from annotations.vision.job import Clock, Job
from annotations.vision.light import light_of
from annotations.vision.limits import Limits
from annotations.vision.missed_faces import objects
from annotations.vision.models import is_installed
from annotations.vision.people import MoveNet
from annotations.vision.redact import redact
from annotations.vision.report import Report
from annotations.vision.second_opinion import Opinion

PROGRESS_INTERVAL = 0.5
"""Seconds."""
BLAZE_FACE_SCORE = 0.8
NUDE_NET_SCORE = 0.15
"""Scores from which the second opinion's models see a face. Below its own, BlazeFace sees some in ordinary clips. Where
there is no face, NudeNet sees one from 0.04 on in hands alone, and in one drawn thing of 81 pictures."""


class ProgressLines:
    """Lines of JSON on a file descriptor, at most about two a second, and always the end of a stage."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._next = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._descriptor is None or (time.monotonic() < self._next and done != total):
            return
        self._next = time.monotonic() + PROGRESS_INTERVAL
        line = json.dumps({"stage": stage, "done": done, "total": total}) + "\n"
        try:
            os.write(self._descriptor, line.encode())
        except OSError:
            self._descriptor = None  # nobody reads it any more; the work goes on


def detector_of(file: Path | None) -> FaceDetector:
    """The built-in detector, or the one that a file describes."""
    if file is None:
        return CenterFace()
    return OnnxFaceDetector(file) if file.suffix == ".json" else YuNet(file)


def second_opinion(nude_net: NudeNet | None, may_lack: bool = False) -> list[Opinion]:
    """The models that are asked what they see in a rendition: BlazeFace, where it is installed, and NudeNet, where it
    is used anyway. None only if somebody has accepted that it `may_lack`.

    Raises ModelError: "no_second_opinion" when there is none, "model_changed" when a file is not the pinned one.
    """
    opinions = []
    if is_installed("blazeface-back"):
        opinions.append(Opinion(BlazeFace(), BLAZE_FACE_SCORE, closely=nude_net is None))
    if nude_net is not None:
        opinions.append(Opinion(NudeNetFaces(nude_net), NUDE_NET_SCORE, closely=True))
    if not opinions and not may_lack:
        raise ModelError("No model is installed that could doubt what was hidden.", "no_second_opinion")
    return opinions


def camera_of(file: Path | None) -> Camera:
    """What the file says of the camera; nothing is known without one."""
    return Camera.from_dict(json.loads(file.read_text())) if file else Camera()


def run(options: argparse.Namespace, limits: Limits) -> int:
    """The exit status. Raises VisionError."""
    clock = Clock()
    with clock.stage("start"):
        detector, people = detector_of(options.detector), MoveNet()
        nude_net = None if options.no_screening else NudeNet()
        screeners: list[ContentModel] = [] if nude_net is None else [nude_net]
        screeners.extend(Classifier(manifest) for manifest in options.classifier)
        opinions = second_opinion(nude_net, options.without_second_opinion)
    job = Job(
        source=options.input,
        target=options.output,
        detector=detector,
        people=people,
        screeners=screeners,
        opinions=opinions,
        effect=options.effect,
        missed_faces=json.loads(options.missed_faces.read_text()) if options.missed_faces else (),
        camera=camera_of(options.camera),
        whole_persons=options.whole_persons,
        limits=limits,
        on_progress=ProgressLines(options.progress),
    )
    return finish(options, redact(job, clock))


def finish(options: argparse.Namespace, report: Report) -> int:
    """Write the report of a rendition; the exit status."""
    exposed = objects(report["residual"])
    if not exposed:
        report["light"] = light_of(options.output)
    options.report.write_text(json.dumps(report))
    return EXPOSED if exposed else 0

"""Screening a clip: content models on pictures sampled over its whole length."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from av.video.frame import VideoFrame

from annotations.vision.boxes import scaled
from annotations.vision.change_detection import BLOCK, ChangeDetector, coarse_luma
from annotations.vision.content import ContentDetection, ContentModel
from annotations.vision.report import FindingReport
from annotations.vision.video.picture import luma_of, rgb_of

SCREENING_SECONDS = 0.5
"""Time between screenings; a picture in which nothing changed since the last one is not screened again."""
LEAST_BLOCKS = 8
"""Changed blocks that make a picture another one: together they are smaller than any body that a model knows (of
320 x 180 pixels they are 28 x 28)."""


@dataclass(frozen=True)
class _Sample:
    """A picture that a model screens: its frame, and the factors from its pixels to those of the clip."""

    frame: int
    model: str
    scale: tuple[float, float]
    found: Future[list[ContentDetection]]

    def findings(self, time: float) -> list[FindingReport]:
        """Waits for the model. `time` is the frame's, in seconds."""
        return [self._finding(detection, time) for detection in self.found.result()]

    def _finding(self, detection: ContentDetection, time: float) -> FindingReport:
        box = scaled(detection.box, *self.scale) if detection.box else None
        return FindingReport(
            frame=self.frame,
            time=round(time, 6),
            label=detection.label,
            score=round(detection.score, 4),
            box=[round(value, 1) for value in box] if box else None,
            model=self.model,
        )


class Screening:
    """Is given the small picture of every original frame in order, and screens the due ones on `pool`."""

    def __init__(self, models: Sequence[ContentModel], pool: Executor, rate: float) -> None:
        self._models = models
        self._pool = pool
        self._every = max(1, round(rate * SCREENING_SECONDS))
        self._changes: ChangeDetector | None = None
        self._samples: list[_Sample] = []

    def add(self, index: int, small: VideoFrame, scale: tuple[float, float]) -> None:
        """Screen this frame if it is due. `scale` leads from its pixels to those of the clip, across and down."""
        if not self._models or index % self._every:
            return
        self._changes = self._changes or ChangeDetector(small.width, small.height, BLOCK)
        if not self._changes.has_changed(coarse_luma(luma_of(small)), LEAST_BLOCKS):
            return
        for model in self._models:
            self._samples.append(_Sample(index, model.name, scale, self._pool.submit(_screen, model, small)))

    def findings(self, times: Sequence[float]) -> list[FindingReport]:
        """All that was found, by frame, strongest first. Waits for the models. `times` are the frames' in seconds."""
        findings = [found for sample in self._samples for found in sample.findings(times[sample.frame])]
        return sorted(findings, key=lambda finding: (finding["frame"], -finding["score"]))


def _screen(model: ContentModel, small: VideoFrame) -> list[ContentDetection]:
    return model.screen(rgb_of(small))

"""Screening a clip: content models on pictures sampled over its whole length."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future

from av.video.frame import VideoFrame

from annotations.vision.change_detection import BLOCK, Attention, coarse_luma
from annotations.vision.boxes import scaled
from annotations.vision.content import ContentModel, Sighting
from annotations.vision.detection_pass import luma_of, rgb_of
from annotations.vision.report import FindingReport

SCREENING_SECONDS = 0.5
"""Time between screenings; a picture in which nothing changed since the last one is not screened again."""
LEAST_BLOCKS = 8
"""Changed blocks that make a picture another one: together they are smaller than any body that a model knows (of
320 x 180 pixels they are 28 x 28)."""


class Screening:
    """Is shown the small picture of every original frame in order, and screens the due ones on `pool`."""

    def __init__(self, models: Sequence[ContentModel], pool: Executor, rate: float) -> None:
        self._models = models
        self._pool = pool
        self._every = max(1, round(rate * SCREENING_SECONDS))
        self._attention: Attention | None = None
        self._found: list[tuple[int, str, Future[list[Sighting]], float, float]] = []

    def see(self, index: int, small: VideoFrame, across: float, down: float) -> None:
        """Screen this frame if it is due. `across` and `down` lead from its pixels to those of the clip."""
        if not self._models or index % self._every:
            return
        self._attention = self._attention or Attention(small.width, small.height, BLOCK)
        if not self._attention.notices(coarse_luma(luma_of(small)), LEAST_BLOCKS):
            return
        for model in self._models:
            future = self._pool.submit(_screen, model, small)
            self._found.append((index, model.name, future, across, down))

    def findings(self, times: Sequence[float]) -> list[FindingReport]:
        """All that was found, by frame, strongest first. Waits for the models."""
        findings = [
            _finding(sighting, index, times[index], name, across, down)
            for index, name, future, across, down in self._found
            for sighting in future.result()
        ]
        return sorted(findings, key=lambda finding: (finding["frame"], -finding["score"]))


def _screen(model: ContentModel, small: VideoFrame) -> list[Sighting]:
    return model.screen(rgb_of(small))


def _finding(
    sighting: Sighting, frame: int, time: float, model: str, across: float, down: float
) -> FindingReport:
    box = scaled(sighting.box, across, down) if sighting.box else None
    return FindingReport(
        frame=frame,
        time=round(time, 6),
        label=sighting.label,
        score=round(sighting.score, 4),
        box=[round(value, 1) for value in box] if box else None,
        model=model,
    )

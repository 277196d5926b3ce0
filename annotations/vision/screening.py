"""Screening a clip: content models on pictures sampled over its whole length."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future

from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.attention import Attention, coarse_luma
from annotations.vision.boxes import scaled
from annotations.vision.content import ContentModel, Sighting
from annotations.vision.faces import working_size
from annotations.vision.looking import luma_of, rgb_of
from annotations.vision.report import FindingReport
from annotations.vision.video.decode import DecodedFrame

SCREENING_SECONDS = 0.5
"""Time between screenings; a picture in which nothing changed since the last one is not screened again."""
STEP = 32


class Screening:
    """Is shown every original frame in order, and screens the due ones on ``pool``."""

    def __init__(self, models: Sequence[ContentModel], pool: Executor, rate: float) -> None:
        self._models = models
        self._pool = pool
        self._every = max(1, round(rate * SCREENING_SECONDS))
        self._scaler = VideoReformatter()
        self._attention: Attention | None = None
        self._found: list[tuple[int, str, Future[list[Sighting]], float, float]] = []

    def see(self, decoded: DecodedFrame) -> None:
        """Screen this original frame if it is due."""
        if not self._models or decoded.index % self._every:
            return
        width, height = decoded.geometry.width, decoded.geometry.height
        small = decoded.scaled(*working_size(width, height, STEP), self._scaler)
        self._attention = self._attention or Attention(small.width, small.height, STEP)
        if not self._attention.notices(coarse_luma(luma_of(small))):
            return
        across, down = width / small.width, height / small.height
        for model in self._models:
            future = self._pool.submit(_screen, model, small)
            self._found.append((decoded.index, model.name, future, across, down))

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

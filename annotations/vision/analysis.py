"""First half of the pass: every picture is decoded once and looked at by the detectors."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import scaled
from annotations.vision.content import ContentModel
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.report import FindingReport
from annotations.vision.video import Limits, decode
from annotations.vision.video.decode import available_cores
from annotations.vision.video.timing import Schedule, clean_times, schedule

LONG_SIDE = 480
"""Longer side of the picture that faces are sought in: on real footage twice the size found no more."""
SCREENINGS_PER_SECOND = 2.0
CUT_DIFFERENCE = 25.0
"""Mean change of brightness (of 255) over a whole picture that makes it a new scene."""


@dataclass
class Analysis:
    """What was seen: per frame looked at the faces (displayed pixels), and what the screening found."""

    times: list[float] = field(default_factory=list)
    plan: Schedule = field(default_factory=lambda: Schedule(Fraction(1), None))
    detections: dict[int, list[Face]] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    findings: list[FindingReport] = field(default_factory=list)

    @property
    def frames(self) -> int:
        return len(self.times)


def analyse(
    path: str,
    limits: Limits,
    detector: FaceDetector,
    screeners: Sequence[ContentModel],
    *,
    weakest: float,
    rate: float,
    on_frame: Callable[[int], None],
) -> Analysis:
    """Look at the clip. ``rate`` is its frame rate as probed. Raises VideoError."""
    result = Analysis()
    stamps: list[float | None] = []
    nominal: Fraction | None = None
    previous: NDArray[np.int16] | None = None
    interval = max(1, round(rate / SCREENINGS_PER_SECOND))
    workers = available_cores()
    pending: deque[tuple[int, Future[list[Face]]]] = deque()
    screened: deque[tuple[int, ContentModel, Future[list[FindingReport]]]] = deque()

    def look(index: int, picture: NDArray[np.uint8], across: float, down: float) -> list[Face]:
        return [Face(scaled(f.box, across, down), f.score) for f in detector.detect(picture, weakest)]

    def screen(
        model: ContentModel, index: int, picture: NDArray[np.uint8], across: float, down: float
    ) -> list[FindingReport]:
        return [
            FindingReport(
                frame=index,
                time=0.0,
                label=seen.label,
                score=round(seen.score, 4),
                box=[round(v, 1) for v in scaled(seen.box, across, down)] if seen.box else None,
                model=model.name,
            )
            for seen in model.screen(picture)
        ]

    with ThreadPoolExecutor(workers) as pool:
        for decoded in decode(path, limits):
            stamps.append(decoded.time)
            nominal = decoded.nominal_rate
            geometry = decoded.geometry
            width, height = working_size(geometry.width, geometry.height, LONG_SIDE, detector.step)
            small = decoded.scaled_rgb(width, height)
            tiny = cv2.resize(small, (64, 36), interpolation=cv2.INTER_AREA).mean(axis=2).astype(np.int16)
            if previous is not None and float(np.abs(tiny - previous).mean()) > CUT_DIFFERENCE:
                result.cuts.append(decoded.index)
            previous = tiny
            across, down = geometry.width / width, geometry.height / height
            pending.append((decoded.index, pool.submit(look, decoded.index, small, across, down)))
            if decoded.index % interval == 0:
                for model in screeners:
                    screened.append(
                        (decoded.index, model, pool.submit(screen, model, decoded.index, small, across, down))
                    )
            while len(pending) > 2 * workers:
                index, future = pending.popleft()
                result.detections[index] = future.result()
            on_frame(decoded.index)
        for index, future in pending:
            result.detections[index] = future.result()
        for _, _, found in screened:
            result.findings.extend(found.result())
    result.times = clean_times(stamps, float(nominal or rate))
    result.plan = schedule(result.times, nominal)
    for finding in result.findings:
        finding["time"] = round(result.times[finding["frame"]], 6)
    return result

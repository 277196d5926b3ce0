"""First half of the pass: every picture is decoded and faces are sought."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from annotations.vision.attention import coarse_luma
from annotations.vision.boxes import scaled
from annotations.vision.faces import Face, FaceDetector, working_size
from annotations.vision.fingerprint import NONE, Sampler
from annotations.vision.limits import Limits
from annotations.vision.looking import Look, Seen, Stretch, luma_of
from annotations.vision.report import FingerprintReport
from annotations.vision.video.decode import available_cores, decode
from annotations.vision.video.timing import Schedule, clean_times, schedule

LOOK_SECONDS = 0.3
"""Time between looks where nothing moves much; they come closer by themselves where something does."""
STRETCH_SECONDS = 3.0
MOST_STRETCH_BYTES = 24_000_000


@dataclass
class Analysis:
    """What was seen: the faces of every frame that was looked at (displayed pixels), and the cuts."""

    times: list[float] = field(default_factory=list)
    plan: Schedule = field(default_factory=lambda: Schedule(Fraction(1), None))
    detections: dict[int, list[Face]] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    fingerprint: FingerprintReport = field(default_factory=lambda: NONE)
    looked_at: float = 0.0
    """The detector's work, in whole pictures."""

    @property
    def frames(self) -> int:
        return len(self.times)


def analyse(
    path: str,
    limits: Limits,
    detector: FaceDetector,
    *,
    weakest: float,
    rate: float,
    on_frame: Callable[[int], None],
) -> Analysis:
    """Look at the clip. ``rate`` is its frame rate as probed. Raises VideoError."""
    result = Analysis()
    stamps: list[float | None] = []
    nominal: Fraction | None = None
    look = Look(detector, weakest, stride=max(1, round(rate * LOOK_SECONDS)))
    longest = max(2, round(rate * STRETCH_SECONDS))
    stretch = Stretch(0)
    scaler = VideoReformatter()
    before: NDArray[np.uint8] | None = None
    workers = available_cores()
    across = down = small_pixels = 1.0
    looks: deque[Future[Seen]] = deque()

    def collect(future: Future[Seen]) -> None:
        seen = future.result()
        for index, faces in seen.faces.items():
            result.detections[index] = [Face(scaled(face.box, across, down), face.score) for face in faces]
        result.cuts.extend(seen.cuts)
        result.looked_at += seen.pixels / small_pixels

    with ThreadPoolExecutor(workers) as pool:
        sampler = Sampler(pool, rate)
        for decoded in decode(path, limits):
            stamps.append(decoded.time)
            nominal = decoded.nominal_rate
            geometry = decoded.geometry
            size = working_size(geometry.width, geometry.height, detector.step)
            across, down, small_pixels = (
                geometry.width / size[0],
                geometry.height / size[1],
                size[0] * size[1],
            )
            small = decoded.scaled(*size, scaler)
            stretch.frames.append(small)
            sampler.see(decoded.index, small)
            if len(stretch.frames) >= min(longest, MOST_STRETCH_BYTES * 2 / 3 / small_pixels):
                looks.append(pool.submit(look.through, stretch, before))
                before = coarse_luma(luma_of(small))
                stretch = Stretch(decoded.index + 1)
                while len(looks) > 2 * workers:
                    collect(looks.popleft())
            on_frame(decoded.index)
        if stretch.frames:
            looks.append(pool.submit(look.through, stretch, before))
        for future in looks:
            collect(future)
    result.times = clean_times(stamps, float(nominal or rate))
    result.plan = schedule(result.times, nominal)
    result.fingerprint = sampler.report(result.times)
    return result

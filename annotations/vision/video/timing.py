"""From the time stamps of a clip to the constant frame rate of its rendition."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from annotations.vision.errors import VideoError
from annotations.vision.limits import MAXIMUM_RATE, MINIMUM_RATE

MAXIMUM_RENDITION_RATE = 60.0
"""Frames a second."""


@dataclass(frozen=True)
class Schedule:
    """Frame rate of the rendition, and which original frame each of its frames shows.

    `frame_map` is None when the clip's rate is constant: frame n of one is frame n of the other.
    """

    rate: Fraction
    frame_map: list[int] | None

    @property
    def constant(self) -> bool:
        """Whether frame n of the rendition is frame n of the clip."""
        return self.frame_map is None

    def original(self, shown: int) -> int:
        """The original frame that a frame of the rendition shows. A constant rate has one for any number."""
        return shown if self.frame_map is None else self.frame_map[shown]

    def original_frames(self, frames: int) -> Sequence[int]:
        """The original frame of every frame of the rendition, of a clip of so many frames."""
        return range(frames) if self.frame_map is None else self.frame_map

    def repeats(self, frames: int) -> list[int]:
        """How often the rendition shows each original frame, of a clip of so many frames."""
        repeats = [0] * frames
        for original in self.original_frames(frames):
            repeats[original] += 1
        return repeats


def clean_times(times: Sequence[float | None], rate: float) -> list[float]:
    """Seconds from the first frame. Stamps that are absent or do not increase give way to n / rate."""
    known = [time for time in times if time is not None]
    if len(known) == len(times) and all(a < b for a, b in pairwise(known)):
        return [time - known[0] for time in known]
    if rate <= 0:
        raise VideoError("bad_frame_rate")
    return [index / rate for index in range(len(times))]


def schedule(times: Sequence[float], nominal: Fraction | None) -> Schedule:
    """Rate and frame map for frames shown at `times` (seconds, increasing, the first one 0).

    A clip counts as constant when no frame is further than half a frame from an even spacing: cameras
    jitter. Otherwise the rate is that of its closest frames (at most 60 a second), so that next to no
    original frame is lost, and slower stretches repeat frames. Raises VideoError("bad_frame_rate").
    """
    if len(times) < 2:
        rate = nominal if nominal and MINIMUM_RATE <= nominal <= MAXIMUM_RATE else Fraction(1)
        return Schedule(rate, None)
    stamps = np.asarray(times)
    spacing = float(stamps[-1]) / (len(stamps) - 1)
    if not MINIMUM_RATE <= 1 / max(spacing, 1e-9) <= MAXIMUM_RATE:
        raise VideoError("bad_frame_rate")
    even = np.arange(len(stamps)) * spacing
    if float(np.abs(stamps - even).max()) <= spacing / 2:
        return Schedule(_nice(1 / spacing, nominal), None)
    closest = float(np.percentile(np.diff(stamps), 5))
    rate = _nice(min(MAXIMUM_RENDITION_RATE, 1 / max(closest, 1e-3)), nominal)
    count = max(1, round((float(stamps[-1]) + spacing) * rate))
    ordered = [float(stamp) for stamp in stamps]
    return Schedule(rate, [max(0, bisect_right(ordered, n / rate + 1e-4) - 1) for n in range(count)])


def _nice(rate: float, nominal: Fraction | None) -> Fraction:
    """The stream's own rate when it agrees within 0.5 %, else the measured one as a small fraction."""
    if nominal and abs(float(nominal) / rate - 1) < 0.005:
        return nominal
    for denominator in (1, 1001):
        numerator = round(rate * denominator / 1000) * 1000 if denominator == 1001 else round(rate)
        candidate = Fraction(max(1, numerator), denominator)
        if abs(float(candidate) / rate - 1) < 0.002:
            return candidate
    return Fraction(rate).limit_denominator(1000)

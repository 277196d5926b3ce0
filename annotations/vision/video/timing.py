"""From the time stamps of a clip to the constant frame rate of its rendition."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from annotations.vision.errors import VideoError
from annotations.vision.limits import MAXIMUM_RATE

MAXIMUM_RENDITION_RATE = 60
"""Frames a second of a rendition whose clip has a variable rate."""
TOLERANCE = 1.0
"""How far from its time a picture of a variable rate may be shown, in usual spacings of its clip."""
Seconds = NDArray[np.float64]


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
    """Seconds from the first frame, increasing: absent, doubled and falling stamps are corrected, the others kept.

    As few as possible are corrected; one that is takes its place evenly between its neighbours, or, at either end, at
    the usual spacing. Where that would be most of them none is believed, and frame n is at n / rate. Raises
    VideoError("bad_frame_rate") when there is no rate either.
    """
    kept = _increasing(times)
    if len(kept) < 2 or len(kept) < len(times) / 2:
        if len(kept) == len(times):
            return [0.0] * len(times)
        if rate <= 0:
            raise VideoError("bad_frame_rate")
        return [index / rate for index in range(len(times))]
    stamps = np.array([times[index] for index in kept], np.float64)
    if len(kept) < len(times):
        spacing = float(np.median(np.diff(stamps) / np.diff(kept)))
        numbers = np.arange(len(times))
        stamps = np.interp(numbers, kept, stamps)
        stamps += spacing * (np.minimum(numbers - kept[0], 0) + np.maximum(numbers - kept[-1], 0))
    return [float(stamp) for stamp in stamps - stamps[0]]


def _increasing(times: Sequence[float | None]) -> list[int]:
    """The numbers of as many frames as possible whose stamps increase strictly (a longest increasing subsequence).

    Of frames that share a stamp, that one has it whose neighbours are then at the most even distances.
    """
    lowest: list[float] = []
    """The lowest stamp with which a sequence of each length ends, and the frame that has it."""
    ends: list[int] = []
    before: list[int] = [-1] * len(times)
    for index, time in enumerate(times):
        if time is None:
            continue
        length = bisect_left(lowest, time)
        before[index] = ends[length - 1] if length else -1
        if length == len(lowest):
            lowest.append(time)
            ends.append(index)
        elif time < lowest[length]:
            lowest[length], ends[length] = time, index
    kept: list[int] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.append(index)
        index = before[index]
    kept.reverse()
    for place in range(1, len(kept) - 1):
        _move_to_the_middle(kept, place, times)
    return kept


def _move_to_the_middle(kept: list[int], place: int, times: Sequence[float | None]) -> None:
    """Give a doubled stamp to that frame which lies best between the frames kept before and after it."""
    first, frame, last = kept[place - 1 : place + 2]
    same = [other for other in range(frame, last) if times[other] == times[frame]]
    start, stamp, end = (times[number] for number in (first, frame, last))
    if len(same) > 1 and start is not None and stamp is not None and end is not None:
        expected = first + (last - first) * (stamp - start) / (end - start)
        kept[place] = min(same, key=lambda number: abs(number - expected))


def schedule(times: Sequence[float], nominal: Fraction | None) -> Schedule:
    """Rate and frame map for frames shown at `times` (seconds, increasing, the first one 0).

    A clip counts as constant when no frame is further than half a frame from an even spacing: cameras jitter. Otherwise
    every picture gets at least one frame of the rendition, at most TOLERANCE from its time, by as few frames and as
    close to its time as go together. Raises VideoError("bad_frame_rate"). Why so: ADR 30.
    """
    if len(times) < 2:
        usable = nominal is not None and 1 <= nominal <= MAXIMUM_RATE
        return Schedule(nominal if usable and nominal else Fraction(1), None)
    stamps = np.asarray(times, np.float64)
    mean = (len(stamps) - 1) / max(float(stamps[-1]), 1e-9)
    if mean > MAXIMUM_RATE:
        raise VideoError("bad_frame_rate")
    numbers = np.arange(len(stamps))
    for rate in _names_of(mean, nominal):
        if float(np.abs(stamps * float(rate) - numbers).max()) <= 0.5 + 1e-6:
            return Schedule(rate, None)
    return _variable(stamps, mean, nominal)


def _variable(stamps: Seconds, mean: float, nominal: Fraction | None) -> Schedule:
    usual = float(np.median(np.diff(stamps)))
    tried = [
        (rate, _slots(stamps * float(rate), TOLERANCE * usual * float(rate)))
        for rate in _rates_above(mean, [nominal, _names_of(1 / usual, nominal)[0]])
    ]
    found = [
        (rate, slots)
        for rate, slots in tried
        if not slots[0] and _error(rate, slots, stamps) <= TOLERANCE * usual + 1e-6
    ]
    if not found:
        # Pictures come faster than screens show them: each has its frame, and what follows has to wait.
        rate = Fraction(max(MAXIMUM_RENDITION_RATE, ceil(mean)))
        found = [(rate, _slots(stamps * float(rate), _least_error(stamps * float(rate))))]
    # Half as many frames again are worth it where pictures are then shown at their times instead of half a spacing off.
    rate, slots = min(
        found, key=lambda each: int(each[1][-1] + 1) * (1 + _error(each[0], each[1], stamps) / usual)
    )
    if slots[-1] == len(slots) - 1:
        return Schedule(rate, None)
    shown = np.arange(int(slots[-1]) + max(1, round(usual * float(rate))))
    return Schedule(rate, [int(number) for number in np.searchsorted(slots, shown, "right") - 1])


def _error(rate: Fraction, slots: NDArray[np.int64], stamps: Seconds) -> float:
    """Seconds by which the first frame of a picture is too early or too late, at most."""
    return float(np.abs(slots / float(rate) - stamps).max())


def _slots(times: Seconds, error: float) -> NDArray[np.int64]:
    """The frame of the rendition with which each picture begins: at least one further than the one before, and, where
    that can be, at most `error` from its time. Both are counted in frames of the rendition.

    Frame n + k for picture n, with k never falling: what binds k for all earlier and for all later pictures together
    are running extremes of what binds it for each.
    """
    numbers = np.arange(len(times))
    lead = times - numbers
    least = np.maximum.accumulate(np.maximum(np.ceil(lead - error - 1e-6), 0))
    most = np.minimum.accumulate(np.floor(lead + error + 1e-6)[::-1])[::-1]
    begun = np.clip(np.maximum.accumulate(np.rint(lead)), least, most) + numbers
    return np.asarray(begun, np.int64)


def _least_error(times: Seconds) -> float:
    """The error with which there are always slots, counted as there."""
    lead = times - np.arange(len(times))
    return max(float((np.maximum.accumulate(lead) - lead).max()) / 2 + 0.5, -float(lead.min()))


def _names_of(rate: float, nominal: Fraction | None) -> list[Fraction]:
    """Fractions for a measured rate: the stream's own when it is that within 0.5 %, usual ones, then the measured."""
    measured = (
        Fraction(rate).limit_denominator(1000) if rate > 1 else 1 / Fraction(1 / rate).limit_denominator(1000)
    )
    usual = (Fraction(round(rate)), Fraction(round(rate * 1.001) * 1000, 1001))
    names = [name for name in usual if name and abs(float(name) / rate - 1) < 0.002]
    own = [nominal] if nominal and abs(float(nominal) / rate - 1) < 0.005 else []
    return [*own, *names, measured]


def _rates_above(mean: float, special: Sequence[Fraction | None]) -> list[Fraction]:
    """Rates that a rendition may have, ascending: special ones, and all with two significant digits."""
    rates = {rate for rate in special if rate}
    unit = Fraction(10) ** (floor(log10(mean)) - 1)
    while unit <= 1:
        rates |= {digits * unit for digits in range(10, 100)}
        unit *= 10
    return sorted(rate for rate in rates if mean - 1e-9 <= rate <= MAXIMUM_RENDITION_RATE)

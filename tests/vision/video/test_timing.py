"""From time stamps to the constant rate of a rendition."""

from fractions import Fraction

import numpy as np
import pytest

from annotations.vision.errors import VideoError
from annotations.vision.video import Schedule, schedule
from annotations.vision.video.timing import clean_times

RANDOM = np.random.default_rng(12)


def with_pauses() -> list[float]:
    return [
        n / 30 + sum(pause for at, pause in ((60, 1), (120, 2), (180, 0.5)) if n >= at) for n in range(240)
    ]


def of_a_screen() -> list[float]:
    """Bursts at 60 a second, and pauses."""
    steps = np.concatenate([[*[1] * RANDOM.integers(2, 20), RANDOM.integers(5, 60)] for _ in range(30)])
    return [float(time) for time in np.cumsum([0, *steps[:239]]) / 60]


def in_pairs() -> list[float]:
    """One in eight comes late, so that two are 4 ms apart: as networks deliver."""
    late = set(range(5, 239, 8))
    return [n * 0.0385 + (0.0345 if n in late else 0) for n in range(240)]


def of_a_phone() -> list[float]:
    return [0.0, *(float(time) for time in np.cumsum(RANDOM.uniform(1 / 30, 1 / 24, 239)))]


def shown_off(times: list[float], made: Schedule) -> float:
    """Seconds by which the first frame of a picture is too early or too late, at most."""
    shown = list(made.original_frames(len(times)))
    return max(abs(shown.index(number) / float(made.rate) - time) for number, time in enumerate(times))


@pytest.mark.parametrize(
    ("times", "most", "off"),
    [
        (of_a_phone(), 1.15, 0.02),
        (with_pauses(), 1.45, 1e-6),
        (in_pairs(), 1.05, 0.0386),
        ([n / 15 if n < 120 else 8 + (n - 120) / 30 for n in range(240)], 1.51, 1e-6),
        ([n / 30 for n in range(300) if n % 5 != 3], 1.0, 0.02),
        ([float(n) for n in range(20) if n != 7], 1.06, 1e-6),
        ([n * 60.2 for n in range(40) if n not in (11, 25)], 1.06, 1e-3),
    ],
    ids=["phone", "pauses", "pairs", "two rates", "one in five lost", "one a second", "one a minute"],
)
def test_every_picture_is_shown_at_its_time_by_few_frames(
    times: list[float], most: float, off: float
) -> None:
    made = schedule(times, None)
    shown = list(made.original_frames(len(times)))
    assert set(shown) == set(range(len(times)))
    assert shown == sorted(shown)
    assert len(shown) <= most * len(times)
    assert shown_off(times, made) <= off
    assert made.rate <= 60


def test_a_screen_s_bursts_keep_their_times() -> None:
    times = of_a_screen()
    made = schedule(times, None)
    assert set(made.original_frames(240)) == set(range(240))
    assert shown_off(times, made) <= 1 / 60 + 1e-6


def test_no_picture_of_a_slow_motion_passage_is_lost_and_the_drift_is_what_it_must_be() -> None:
    times = [
        *(n / 30 for n in range(60)),
        *(2 + n / 240 for n in range(120)),
        *(2.5 + n / 30 for n in range(60)),
    ]
    made = schedule(times, None)
    assert set(made.original_frames(240)) == set(range(240))
    assert made.rate == 60
    assert shown_off(times, made) == pytest.approx(
        0.75, abs=0.03
    )  # half of what 120 pictures take longer at 60


def test_two_hundred_random_patterns_lose_nothing() -> None:
    for _ in range(200):
        count = int(RANDOM.integers(2, 40))
        times = [0.0, *(float(time) for time in np.cumsum(RANDOM.exponential(0.04, count - 1) + 0.005))]
        made = schedule(times, None)
        shown = list(made.original_frames(count))
        assert set(shown) == set(range(count))
        assert shown == sorted(shown)
        usual = float(np.median(np.diff(times)))
        assert made.rate >= 60 or shown_off(times, made) <= max(usual, 0.5 * times[-1] / (count - 1)) + 1e-5


@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        ([0.1, 0.2, 0.2, 0.4], [0, 0.1, 0.2, 0.3]),
        ([0.1, 0.3, 0.3, 0.4], [0, 0.1, 0.2, 0.3]),
        ([0, 0.1, 99, 0.3, 0.4], [0, 0.1, 0.2, 0.3, 0.4]),
        ([0, 0.1, 0.2, 0.05, 0.4, None, 5.6, 5.7], [0, 0.1, 0.2, 0.3, 0.4, 3.0, 5.6, 5.7]),
        ([5, 0, 0.1, 0.2], [0, 0.1, 0.2, 0.3]),
        ([0, 0.1, 0.2, 0.3, 0, 0.1], [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        ([1, 1, 1], [0, 0.5, 1]),
        ([None, None, None], [0, 0.5, 1]),
        ([3, 2, 1, 0], [0, 0.5, 1, 1.5]),
        ([7], [0]),
    ],
)
def test_single_stamps_are_corrected_and_the_others_kept(
    given: list[float | None], corrected: list[float]
) -> None:
    assert clean_times(given, 2.0) == pytest.approx(corrected)


def test_what_has_neither_stamps_nor_a_rate_is_refused() -> None:
    with pytest.raises(VideoError, match="bad_frame_rate"):
        clean_times([None, None], 0)
    with pytest.raises(VideoError, match="bad_frame_rate"):
        schedule([n / 1000 for n in range(9)], None)


def test_jitter_is_still_a_constant_rate() -> None:
    times = [0.0, 0.04, 0.066, 0.1, 0.14, 0.166, 0.2]
    made = schedule(times, Fraction(30))
    assert made.constant
    assert made.rate == 30


def test_a_variable_rate_keeps_every_frame_and_repeats_the_long_ones() -> None:
    times = [0.0, 0.1, 0.2, 0.3, 0.8, 0.9, 1.0]
    made = schedule(times, None)
    assert made.frame_map is not None
    assert made.rate == 10
    assert set(made.frame_map) == set(range(7))
    assert made.frame_map.count(3) == 5
    assert made.frame_map == sorted(made.frame_map)

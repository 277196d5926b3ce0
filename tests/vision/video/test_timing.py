"""From time stamps to the constant rate of a rendition."""

from fractions import Fraction

from annotations.vision.video import schedule


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

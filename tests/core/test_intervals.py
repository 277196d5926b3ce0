"""Intervals are merged, and what they leave is told."""

from itertools import pairwise

from hypothesis import given, strategies as st

from annotations.core.intervals import Interval, gaps, merged

INTERVALS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))
)


def covered(intervals: list[Interval]) -> set[int]:
    return {number for start, end in intervals for number in range(start, end)}


def test_intervals_that_touch_become_one_and_others_stay() -> None:
    assert merged([(5, 9), (0, 2), (2, 4), (6, 7), (10, 11)]) == [(0, 4), (5, 9), (10, 11)]
    assert merged([]) == []


@given(INTERVALS)
def test_merging_neither_adds_nor_loses_anything(intervals: list[Interval]) -> None:
    joined = merged(intervals)
    assert covered(joined) == covered(intervals)
    assert all(one[1] < other[0] for one, other in pairwise(joined))


def test_gaps_before_between_and_after() -> None:
    assert gaps([(2, 4), (6, 7)], 10) == [(0, 2), (4, 6), (7, 10)]
    assert gaps([], 10) == [(0, 10)]
    assert gaps([(0, 10)], 10) == []


@given(INTERVALS, st.integers(0, 90))
def test_gaps_are_exactly_what_is_not_covered(intervals: list[Interval], length: int) -> None:
    found = gaps(intervals, length)
    assert covered(found) == set(range(length)) - covered(intervals)
    assert all(start < end for start, end in found)

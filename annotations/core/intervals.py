"""Intervals on a line of whole numbers, the milliseconds of a clip for instance: (start, end), the end not included."""

from collections.abc import Iterable

Interval = tuple[int, int]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same intervals ascending, those that overlap or touch made one."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def gaps(intervals: Iterable[Interval], length: int) -> list[Interval]:
    """What lies between 0 and `length` and in none of the intervals, ascending."""
    found, reached = [], 0
    for start, end in merged(intervals):
        if reached < min(start, length):
            found.append((reached, min(start, length)))
        reached = max(reached, end)
    return [*found, (reached, length)] if reached < length else found

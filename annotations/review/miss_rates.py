"""How often the redaction misses a face: pure statistics over face tracks that reviewers have looked at."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Z = 1.959964
"""Two-sided 95 %."""
PER = 1000

SIZES = ((16, "under 16 px"), (32, "16 to 31 px"), (64, "32 to 63 px"), (math.inf, "64 px and more"))
"""Sides of faces, of the square of the same area, in pixels of the rendition; each class ends before its number."""
GREY, DARK = 2.5, 60.0
"""Less mean colour than this is a picture without colours (night, infrared); less mean brightness is a dark one."""
UNKNOWN = "not known"


@dataclass(frozen=True)
class Looked:
    """A face track that was looked at: `side` in pixels, `luma` and `colour` of its clip (None: not known), the first
    characters of the detector's digest, the month (YYYY-MM), and whether only a person found it."""

    side: float | None
    luma: float | None
    colour: float | None
    detector: str
    month: str
    missed: bool


@dataclass(frozen=True)
class Rate:
    """Hits of a class and of how many: misses among tracks, or clips; per 1,000 with the ends of the 95 % Wilson
    interval."""

    name: str
    missed: int
    tracks: int
    per_mille: float
    low: float
    high: float


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The score interval of a proportion (Wilson, 1927); 0 to 1 when nothing was tried."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, Z * Z / total
    middle = share + square / 2
    spread = Z * math.sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, (middle - spread) / (1 + square)), min(1.0, (middle + spread) / (1 + square))


def rate(name: str, tracks: Iterable[Looked]) -> Rate:
    """The share of these tracks that was missed."""
    found = list(tracks)
    return share(name, sum(track.missed for track in found), len(found))


def share(name: str, hits: int, total: int) -> Rate:
    """The rate of so many hits among so many."""
    low, high = wilson(hits, total)
    return Rate(name, hits, total, PER * hits / total if total else 0.0, PER * low, PER * high)


def size_class(track: Looked) -> str:
    if track.side is None:
        return UNKNOWN
    return next(name for end, name in SIZES if track.side < end)


def light_class(track: Looked) -> str:
    if track.luma is None or track.colour is None:
        return UNKNOWN
    if track.colour < GREY:
        return "without colour (night)"
    return "dark" if track.luma < DARK else "bright"


LIGHTS = ("bright", "dark", "without colour (night)")


def by(tracks: list[Looked], kind: Callable[[Looked], str], order: Iterable[str] = ()) -> list[Rate]:
    """One rate per class that occurs: those of `order` first, in that order, then the others by name."""
    groups: dict[str, list[Looked]] = {}
    for track in tracks:
        groups.setdefault(kind(track), []).append(track)
    known = [name for name in order if name in groups]
    return [rate(name, groups[name]) for name in [*known, *sorted(set(groups) - set(known))]]

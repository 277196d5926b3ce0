"""The redaction-quality report: what its page shows. Reads the face tracks of clips that reviewers have looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from annotations.redaction.enums import HiddenKind
from annotations.redaction.models import HiddenTrack, RedactionRun
from annotations.review.miss_rates import (
    LIGHTS,
    SIZES,
    Looked,
    Rate,
    by,
    light_class,
    rate,
    share,
    size_class,
)
from annotations.review.models import Assignment
from annotations.review.rules import HANDED_IN

DIGEST = 12
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 240, 48, 32, 12
LABELS = 12
"""Months that have their names under the chart, at most."""


@dataclass(frozen=True)
class Point:
    """A month on the chart: places in its coordinates, and the rate."""

    x: float
    y: float
    low: float
    high: float
    label: str
    rate: Rate


@dataclass(frozen=True)
class KindFound:
    """How many things of a kind reviewers found, and in how many of the clips that they looked at."""

    name: str
    found: int
    clips: Rate


def report() -> dict[str, Any]:
    """Rates in total and by class, the chart over time, and what was found by kind."""
    tracks = looked_at()
    months = by(tracks, lambda track: track.month)
    kinds = kinds_found()
    return {
        "total": rate("", tracks),
        "looked_at": bool(tracks) or any(kind.found for kind in kinds),
        "groups": [
            ("size", by(tracks, size_class, [name for _, name in SIZES])),
            ("light", by(tracks, light_class, LIGHTS)),
            ("detector", by(tracks, lambda track: track.detector)),
            ("month", months),
        ],
        "chart": chart(months),
        "kinds": kinds,
    }


def looked_at() -> list[Looked]:
    """Every face track of the current renditions of clips that were looked at. A track that a person drew is one that
    was missed."""
    rows = (
        HiddenTrack.objects.filter(run__in=_looked_at(), kind=HiddenKind.FACE)
        .order_by("pk")
        .values_list("side", "source", "run__light", "run__models_used", "run__created_at")
    )
    return [
        Looked(
            side=side,
            luma=light.get("luma"),
            colour=light.get("colour"),
            detector=_detector(models),
            month=created.strftime("%Y-%m"),
            missed=source == "person",
        )
        for side, source, light, models, created in rows.iterator(chunk_size=2000)
    ]


def kinds_found() -> list[KindFound]:
    """What reviewers drew, by kind. Of the other kinds the machine pass finds none: there is no share of misses."""
    looked_at = _looked_at()
    drawn = HiddenTrack.objects.filter(run__in=looked_at, source="person")
    found = dict(drawn.values_list("kind").annotate(count=Count("pk")).order_by())
    clips = dict(drawn.values_list("kind").annotate(count=Count("run__clip", distinct=True)).order_by())
    every = looked_at.count()
    return [
        KindFound(str(kind.label), found.get(kind, 0), share("", clips.get(kind, 0), every))
        for kind in HiddenKind
    ]


def _looked_at() -> QuerySet[RedactionRun]:
    """The runs of the current renditions of clips that a reviewer has handed in labels for, or has reported something
    to hide in."""
    handed_in = Assignment.objects.filter(clip=OuterRef("clip"), state__in=HANDED_IN)
    reviewed = Q(Exists(handed_in)) | ~Q(missed_regions=[])
    return RedactionRun.objects.filter(reviewed, rendition__current=True)


def chart(months: Sequence[Rate]) -> dict[str, Any]:
    """The rates of the months as points with their intervals, and the lines of the scale."""
    top = _round_up(max((month.high for month in months), default=1.0))
    across, down = WIDTH - LEFT - 16, HEIGHT - TOP - BOTTOM
    step = across / max(1, len(months))
    every = -(-len(months) // LABELS) if months else 1
    points = [
        Point(
            x=round(LEFT + (number + 0.5) * step, 1),
            y=round(TOP + down * (1 - month.per_mille / top), 1),
            low=round(TOP + down * (1 - month.low / top), 1),
            high=round(TOP + down * (1 - month.high / top), 1),
            label=month.name if number % every == 0 else "",
            rate=month,
        )
        for number, month in enumerate(months)
    ]
    lines = [(round(TOP + down * (1 - share), 1), f"{top * share:g}") for share in (0, 0.25, 0.5, 0.75, 1)]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - 16,
        "foot": HEIGHT - 10,
        "points": points,
        "path": " ".join(f"{point.x},{point.y}" for point in points),
        "lines": lines,
    }


def _round_up(value: float) -> float:
    """The next number of the kind 1, 2, 4, 10, 20, 40, ..."""
    scale = 1.0
    while value > scale * 4:
        scale *= 10
    return next(scale * factor for factor in (1, 2, 4) if value <= scale * factor)


def _detector(models: list[dict[str, Any]]) -> str:
    face = next((model for model in models if model.get("role") == "face"), None)
    return f"{face['name']} {face['sha256'][:DIGEST]}" if face else "not known"

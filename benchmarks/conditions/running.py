"""All of it in one go: write the clips, hide the faces in them, count, and keep what people want to look at."""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from annotations.vision.job import Job
from benchmarks.conditions.catalogue import CLIPS, Cast, named, read_cast
from benchmarks.conditions.files import write_clips
from benchmarks.conditions.measuring import measure, rendition, run_deface
from benchmarks.conditions.sheets import write_sheet
from benchmarks.conditions.table import Measured, table


@dataclass(frozen=True)
class Order:
    """What is to be measured: conditions by name (none: all), clips of each, and the seed that they are made from.

    `keep` is a folder for clips, renditions and contact sheets; deface is not run again on clips that lie there as
    they are made now. `blind` measures the second opinion with a pass that hides nothing.
    """

    names: Sequence[str] = ()
    count: int = CLIPS
    seed: int = 1
    keep: Path | None = None
    deface: bool = False
    blind: bool = False


def measure_conditions(footage: Sequence[Path], order: Order, models: Job) -> list[Measured]:
    """Measure the conditions one after the other, with the models of a job.

    A line of the table is printed to standard error after each.

    Raises ValueError for a condition that is not known, or when no footage has reference faces.
    """
    conditions = named(order.names)
    cast: Cast = read_cast(footage)
    measured: list[Measured] = []
    with ExitStack() as stack:
        folder = order.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for condition in conditions:
            clips = write_clips(condition, cast, order.seed, folder, order.count)
            if order.deface:
                run_deface(clips)
            rows = [measure(clip, models, order.blind) for clip in clips]
            measured.append(Measured(condition=condition.name, shows=condition.shows, clips=rows))
            if order.keep:
                write_sheet(clips, [rendition(clip) for clip in clips], folder / f"{condition.name}.png")
            print(table(measured[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    return measured

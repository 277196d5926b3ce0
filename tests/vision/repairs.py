"""Repairs as the site orders them: for tests."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotations.vision.job import Job, Revision
from annotations.vision.repair import repair
from annotations.vision.report import EarlierRun, MissedFace, RepairOrder, Report, UnredactedTrack


def order_of(
    report: Report, missed_faces: list[MissedFace], unredacted: Sequence[UnredactedTrack] = ()
) -> RepairOrder:
    """The order that builds on a run with this report, as JSON gives it back."""
    earlier: Any = {name: report[name] for name in EarlierRun.__annotations__}  # type: ignore[literal-required]
    order = RepairOrder(earlier=earlier, missed_faces=missed_faces, unredacted=list(unredacted))
    found: RepairOrder = json.loads(json.dumps(order))
    return found


def repaired(source: Path, earlier: Path, target: Path, order: RepairOrder, **job: Any) -> Report:
    """The report of a repair; `job` is what else a Job has."""
    return repair(Job(str(source), str(target), **job), Revision(str(earlier), order))

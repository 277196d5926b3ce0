"""Work on the log's integrity: what is under way, what is done."""

import datetime

from django.db.models import QuerySet

from annotations.core import runs
from annotations.core.models import RunState
from annotations.oversight.enums import LogWork
from annotations.oversight.models import LogRun


def last_runs() -> dict[str, LogRun]:
    """The last run of each kind."""
    found = {}
    for kind in LogWork.values:
        if run := LogRun.objects.filter(kind=kind).order_by("-created_at", "-id").first():
            found[kind] = run
    return found


def exported() -> LogRun | None:
    """The last export that can be taken out."""
    made = LogRun.objects.filter(kind=LogWork.EXPORT, state=RunState.DONE).exclude(name="")
    return made.order_by("-finished_at").first()


def stalled_checks(older_than: datetime.timedelta) -> QuerySet[LogRun]:
    return runs.stalled(LogRun, older_than).exclude(kind=LogWork.ANCHOR)


def stalled_anchorings(older_than: datetime.timedelta) -> QuerySet[LogRun]:
    return runs.stalled(LogRun, older_than).filter(kind=LogWork.ANCHOR)

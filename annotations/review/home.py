"""What the queue's home page tells a reviewer of their own work."""

import datetime
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from annotations.accounts.models import User
from annotations.accounts.rules import lacks
from annotations.core import clock
from annotations.review import selectors
from annotations.review.enums import AssignmentState
from annotations.review.models import Annotation, Assignment
from annotations.review.schema import name_of
from annotations.review.workbench import address

HISTORY = 20
# The queue's length is counted up to this; beyond, it only matters that there is plenty.
COUNT_UP_TO = 200
# Two submissions further apart than this had a pause between them.
PAUSE = datetime.timedelta(minutes=10)
# Fewer settled clips than this say nothing about a person's agreement with the leads.
LEAST_SETTLED = 5

_STATES = {
    AssignmentState.SUBMITTED: "waiting",
    AssignmentState.ACCEPTED: "accepted",
    AssignmentState.SUPERSEDED: "superseded",
}


def present(reviewer: User) -> dict[str, Any]:
    """The context of the page."""
    return {
        "lacks": [str(lack.label) for lack in lacks(reviewer)],
        "stats": _stats(reviewer),
        "resume": address(selectors.held(reviewer).first()),
        "available": selectors.claimable(reviewer, COUNT_UP_TO),
        "available_limit": COUNT_UP_TO,
        "history": [_line(annotation) for annotation in selectors.submissions(reviewer)[:HISTORY]],
        "returned": _returned(reviewer),
    }


def average_seconds(moments: list[datetime.datetime]) -> int | None:
    """The mean time between submissions, in seconds, pauses left out; None before there are two."""
    gaps = [later - earlier for earlier, later in pairwise(moments) if later - earlier <= PAUSE]
    return round(sum(gaps, datetime.timedelta()).total_seconds() / len(gaps)) if gaps else None


def _stats(reviewer: User) -> dict[str, Any]:
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    today = selectors.submission_times(reviewer, midnight)
    accepted, settled = selectors.settled(reviewer)
    return {
        "submitted_today": len(today),
        "average_seconds": average_seconds(today),
        "agreement": round(100 * accepted / settled) if settled >= LEAST_SETTLED else None,
    }


def _line(annotation: Annotation) -> dict[str, Any]:
    assignment = annotation.assignment
    return {
        "clip": str(assignment.clip.public_id),
        "verdict": name_of(annotation.schema.labels["verdicts"], annotation.body["verdict"]),
        "verdict_code": annotation.body["verdict"],
        "state": _STATES.get(AssignmentState(assignment.state), "returned"),
        "state_name": assignment.get_state_display(),
        "time": annotation.submitted_at,
    }


def _returned(reviewer: User) -> list[dict[str, Any]]:
    waiting = [*selectors.returned(reviewer), *selectors.unfinished(reviewer)[:HISTORY]]
    reasons = selectors.returned_because([assignment.pk for assignment in waiting])
    return [
        {
            "url": reverse("review:resume", args=[assignment.public_id]),
            "clip": str(assignment.clip.public_id),
            "note": reasons.get(assignment.pk) or _why(assignment),
            "until": assignment.lease_until,
        }
        for assignment in waiting
    ]


def _why(assignment: Assignment) -> str:
    if assignment.state == AssignmentState.EXPIRED and not assignment.left_reason:
        return _("The time for it was over, and nobody else has it yet; your labels were kept.")
    return _("The clip is available again; your labels were kept.")

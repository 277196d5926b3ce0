"""Leaving a clip without labels: skipped, flagged, or something is still to be hidden."""

import uuid
from typing import Any

from django.db import transaction

from annotations.accounts.models import User
from annotations.core import clock
from annotations.core.errors import Invalid
from annotations.core.reasons import checked_note
from annotations.moderation import services as moderation
from annotations.redaction import missed_regions, services as redaction
from annotations.review import log, selectors
from annotations.review.models import Assignment, LabelSchema
from annotations.review.rules import ASSIGNMENTS, MOST_RESERVED
from annotations.review.schema import codes
from annotations.review.services.support import lock_own, record, replace, require_lease


@transaction.atomic
def skip(reviewer: User, assignment_id: uuid.UUID, reason_code: str, note: str = "") -> Assignment:
    """The person passes; the clip goes to somebody else. `reason_code` is one of the schema's.

    Raises Invalid `note_too_long` or `unknown_reason`.
    """
    assignment = _leased(reviewer, assignment_id)
    note = checked_note(note)
    schema = LabelSchema.objects.get(project=assignment.project_id, current=True)
    if reason_code not in codes(schema.labels["skip_reasons"]):
        raise Invalid("unknown_reason", "Choose one of the reasons.")
    _release(reviewer, assignment, "skip", reason_code)
    replace(assignment)
    data = {"assignment": str(assignment.public_id), "reason": reason_code}
    record(log.SKIPPED, reviewer.actor, assignment.clip, data, {"note": note} if note else None)
    return assignment


@transaction.atomic
def flag(reviewer: User, assignment_id: uuid.UUID, category: str, note: str = "") -> Assignment:
    """The clip is nothing to be watched: it leaves every queue with the commit, until a lead has decided."""
    assignment = _leased(reviewer, assignment_id)
    moderation.flag(assignment.clip, category, reviewer.actor, note=note)
    _release(reviewer, assignment, "flag", category)
    replace(assignment)
    data = {"assignment": str(assignment.public_id), "category": str(category)}
    record(log.FLAGGED, reviewer.actor, assignment.clip, data)
    return assignment


@transaction.atomic
def report_missed_regions(
    reviewer: User, assignment_id: uuid.UUID, regions: list[dict[str, Any]]
) -> Assignment:
    """Something can be seen that is to be hidden: the clip is held with the commit and made again with these boxes.

    `regions` are {"frame", "box", "kind"}. The person keeps their draft, and the clip comes back to them when it is
    free; while MOST_RESERVED clips wait for them already, it goes to whoever claims it first.
    """
    assignment = _leased(reviewer, assignment_id)
    redaction.report_missed_regions(assignment.clip, regions, reviewer.actor)
    if selectors.reserved(reviewer).count() < MOST_RESERVED:
        _release(reviewer, assignment, "report something to hide", "")
    else:
        _release(reviewer, assignment, "report one more thing to hide", "missed_regions")
        replace(assignment)
    data = {
        "assignment": str(assignment.public_id),
        "faces": len(regions),
        "kinds": missed_regions.counted(regions),
    }
    record(log.MISSED_REGIONS, reviewer.actor, assignment.clip, data)
    return assignment


def _leased(reviewer: User, assignment_id: uuid.UUID) -> Assignment:
    assignment = lock_own(reviewer, assignment_id)
    require_lease(assignment)
    return assignment


def _release(reviewer: User, assignment: Assignment, action: str, reason_code: str) -> None:
    assignment.state = ASSIGNMENTS.target(assignment.state, action, reviewer.actor)
    assignment.lease_until, assignment.ended_at, assignment.left_reason = None, clock.now(), reason_code
    assignment.save(update_fields=["state", "lease_until", "ended_at", "left_reason"])

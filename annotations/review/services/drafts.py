"""Saving labels as they are made. Drafts are no state of the product and leave no entry on the log."""

import uuid
from typing import Any

from django.db import transaction

from annotations.accounts.models import User
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.review.checks import check_draft
from annotations.review.models import Assignment, Draft
from annotations.review.rules import KEEPS_DRAFT
from annotations.review.sealed_words import draft_body, seal_draft
from annotations.review.services.support import lock_own, require_lease


def save_draft(reviewer: User, assignment_id: uuid.UUID, revision: int, body: Any) -> int:
    """Saves the labels and returns the draft's new revision.

    `revision` is the one that the labels are based on, 0 for the first. Conflict `draft_conflict` carries the
    `revision` and `body` that another tab saved since. When the clip was taken away meanwhile the labels are
    saved nevertheless, and then Conflict says so (`clip_held`, `lease_lost`). Labels that were handed in already are
    not touched: `already_submitted`.
    """
    check_draft(body)
    assignment, saved = _save(reviewer, assignment_id, revision, body)
    require_lease(assignment)
    return saved


@transaction.atomic
def _save(
    reviewer: User, assignment_id: uuid.UUID, revision: int, body: dict[str, Any]
) -> tuple[Assignment, int]:
    assignment = lock_own(reviewer, assignment_id)
    if assignment.state not in KEEPS_DRAFT:
        require_lease(assignment)
    draft = Draft.objects.select_related("assignment__clip").filter(assignment=assignment).first()
    current = draft.revision if draft else 0
    saved = draft_body(draft) if draft else None
    if draft and saved == body:
        return assignment, current  # the same once more: its answer got lost
    if revision != current:
        raise Conflict(
            "draft_conflict",
            "These labels were changed in another tab.",
            revision=current,
            body=saved,
        )
    return assignment, write_draft(assignment, draft, body).revision


def write_draft(assignment: Assignment, draft: Draft | None, body: Any) -> Draft:
    """The next revision of the locked assignment's draft, or its first."""
    sealed = seal_draft(assignment.clip, body)
    if draft is None:
        return Draft.objects.create(assignment=assignment, sealed=sealed)
    draft.revision, draft.sealed, draft.saved_at = draft.revision + 1, sealed, clock.now()
    draft.save(update_fields=["revision", "sealed", "saved_at"])
    return draft

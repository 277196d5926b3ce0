"""The gate: may this clip be used for this purpose, now?

Asked synchronously, in the same transaction, at claim, at token, at every byte served, at submit and at freeze.
"""

import uuid
from collections.abc import Iterable

from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip, ClipQuerySet, Hold
from annotations.core.errors import Conflict


def passing(purpose: str) -> ClipQuerySet:
    """All clips that may be used for `purpose`."""
    return Clip.objects.passing(purpose)


def allows(clip_id: uuid.UUID, purpose: str) -> bool:
    return passing(purpose).filter(pk=clip_id).exists()


def allows_named(clip_id: uuid.UUID, named: Iterable[str]) -> bool:
    """Whether the clip may be seen through break-glass by an approval that names these holds."""
    return Clip.objects.passing(Purpose.BREAK_GLASS, named).filter(pk=clip_id).exists()


def check(clip_id: uuid.UUID, purpose: str) -> None:
    """Conflict `clip_held` when the clip may not be used for `purpose` now."""
    if not allows(clip_id, purpose):
        raise Conflict(
            "clip_held", "This clip is no longer available. Nothing that you did is lost; take the next one."
        )


def check_kept(clip_id: uuid.UUID) -> None:
    """Conflict `clip_erased` when the clip is erased, or is being erased: nothing new is made of it."""
    if Hold.objects.filter(clip=clip_id, reason=HoldReason.ERASED, released_at=None).exists():
        raise Conflict("clip_erased", "This clip is erased. Nothing can be done with it any more.")


def reasons(clip_id: uuid.UUID) -> list[str]:
    """The open holds of a clip."""
    return list(
        Hold.objects.filter(clip=clip_id, released_at=None)
        .order_by("placed_at")
        .values_list("reason", flat=True)
    )

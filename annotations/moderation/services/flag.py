"""Flagging a clip: it leaves the common queue with the commit."""

from typing import Any

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.services import place
from annotations.core.errors import Invalid
from annotations.core.reasons import checked_note
from annotations.moderation import log
from annotations.moderation.enums import FlagCategory, FlagSource
from annotations.moderation.models import Flag

HOLDS = {FlagSource.MODEL: HoldReason.QUARANTINED, FlagSource.PERSON: HoldReason.FLAGGED}


@transaction.atomic
def flag(
    clip: Clip,
    category: str,
    actor: Actor,
    *,
    note: str = "",
    source: str = FlagSource.PERSON,
    evidence: dict[str, Any] | None = None,
) -> Flag:
    """Raises a flag and holds the clip. `note` is the person's own words. Raises Invalid `note_too_long` or
    `unknown_category`, Conflict `clip_erased`."""
    if category not in FlagCategory.values:
        raise Invalid("unknown_category", "Choose one of the categories.")
    note = checked_note(note)
    gate.check_kept(clip.pk)
    raised = Flag.objects.create(
        clip=clip,
        category=category,
        source=source,
        raised_by=actor.pseudonym,
        evidence=evidence or {},
    )
    audit.append(
        log.FLAGGED,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"flag": str(raised.pk), "category": str(category), "source": str(source)},
        detail={"note": note} if note else None,
    )
    place(clip, HOLDS[FlagSource(source)], actor)
    return raised

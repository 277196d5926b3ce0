"""Legal holds: somebody must be able to look for evidence, so nothing may be labeled, trained on or lost meanwhile."""

from django.db import transaction

from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.clips import log
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.rules import AGREES_TO_LEGAL_HOLD, ASKS_FOR_LEGAL_HOLD
from annotations.clips.services.holds import place, release_hold
from annotations.core.errors import NotAllowed
from annotations.core.reasons import checked_reason


@transaction.atomic
def place_legal_hold(clip: Clip, reason: str, asked_by: User, agreed_by: User) -> bool:
    """Places the clip under a legal hold; False when it is under one already.

    Raises Invalid `reason_too_short` or `reason_too_long`; NotAllowed `second_person_needed`,
    `privacy_officer_only`, `account_closed`.
    """
    reason = _checked(reason, asked_by, agreed_by)
    if not place(clip, HoldReason.LEGAL, asked_by.actor):
        return False
    _record(clip, "place", reason, asked_by, agreed_by)
    return True


@transaction.atomic
def release_legal_hold(clip: Clip, reason: str, asked_by: User, agreed_by: User) -> bool:
    """Releases the legal hold; False when the clip is under none. Raises as `place_legal_hold` does."""
    reason = _checked(reason, asked_by, agreed_by)
    if not release_hold(clip, HoldReason.LEGAL, asked_by.actor):
        return False
    _record(clip, "release", reason, asked_by, agreed_by)
    return True


def _checked(reason: str, asked_by: User, agreed_by: User) -> str:
    reason = checked_reason(reason)
    for person in (asked_by, agreed_by):
        if not person.is_active:
            raise NotAllowed("account_closed", f"The account of {person.username} is closed.")
    ASKS_FOR_LEGAL_HOLD.check(asked_by.actor)
    AGREES_TO_LEGAL_HOLD.check(agreed_by.actor, asked_by=asked_by.pseudonym)
    return reason


def _record(clip: Clip, act: str, reason: str, asked_by: User, agreed_by: User) -> None:
    audit.append(
        log.LEGAL_HOLD,
        asked_by.actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"act": act, "agreed_by": agreed_by.pseudonym},
        detail={"reason": reason},
    )

"""Ending a consent."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips import services as clips
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip, Consent
from annotations.core.errors import Conflict
from annotations.core.reasons import checked_reason, optional_reason
from annotations.rights import log


@transaction.atomic
def withdraw(clip: Clip, actor: Actor, reason: str) -> None:
    """Ends the clip's consent: it leaves the queue at once and every release that holds it is marked.

    The owner needs no reason. Raises Invalid `reason_too_short` or `reason_too_long`; Conflict `already_withdrawn`.
    """
    source = "owner" if actor.role == "owner" else "privacy officer"
    reason = optional_reason(reason) if source == "owner" else checked_reason(reason)
    lock_clip(clip.pk)
    if Consent.objects.get(pk=clip.consent_id).withdrawn_at:
        raise Conflict("already_withdrawn", "The consent to this clip was withdrawn already.")
    # First: what may fail comes before the journal's line, which stands.
    audit.append(
        log.WITHDRAWAL,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"source": source},
        detail={"reason": reason} if reason else None,
    )
    clips.withdraw(clip, actor)

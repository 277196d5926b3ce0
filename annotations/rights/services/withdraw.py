"""Ending a consent."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips import services as clips
from annotations.clips.models import Clip
from annotations.core.errors import Conflict, Invalid
from annotations.rights import log

MAX_REASON = 2000


@transaction.atomic
def withdraw(clip: Clip, actor: Actor, reason: str) -> None:
    """Ends the clip's consent: it leaves the queue at once and every release that holds it is marked.

    Invalid `reason_missing` for anybody but the owner; Conflict `already_withdrawn`.
    """
    reason = reason.strip()[:MAX_REASON]
    source = "owner" if actor.role == "owner" else "privacy officer"
    if not reason and source != "owner":
        raise Invalid(
            "reason_missing", "Write down why the consent is withdrawn, for instance who asked for it."
        )
    if not clips.withdraw(clip, actor):
        raise Conflict("already_withdrawn", "The consent to this clip was withdrawn already.")
    audit.append(
        log.WITHDRAWAL,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"source": source},
        detail={"reason": reason} if reason else None,
    )

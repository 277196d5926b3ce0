"""Writes of this context: what officers and owners do, and that they looked."""

from django.db import transaction

from annotations.audit import log as audit_log, services as audit
from annotations.audit.actors import Actor
from annotations.clips import services as clips
from annotations.clips.models import Clip
from annotations.core.errors import Conflict, Invalid

from . import log

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


@transaction.atomic
def note_search(actor: Actor, filters: list[str], page: str) -> None:
    """Reading the log is on the log. `filters` are like `clip=...`, with pseudonyms of those who are known and nothing
    that was typed; `page` is `first` or `next`.
    """
    audit.append(audit_log.SEARCHED, actor, data={"filters": filters, "page": page})


@transaction.atomic
def note_lookup(actor: Actor, found: int, subject: str = "") -> None:
    audit.append(log.OWNER_LOOKED_UP, actor, subject=subject, data={"found": found})


@transaction.atomic
def note_dossier(clip: Clip, actor: Actor) -> None:
    audit.append(log.DOSSIER_OPENED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)


@transaction.atomic
def note_receipt(clip: Clip, actor: Actor) -> None:
    audit.append(log.RECEIPT_SERVED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)


@transaction.atomic
def note_receipt_link(clip: Clip, actor: Actor) -> None:
    """Whoever has the link can read the receipt and withdraw, so making one is on the log."""
    audit.append(log.RECEIPT_LINKED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)

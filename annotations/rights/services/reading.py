"""That somebody looked. Reading is an act, so it is on the log."""

import uuid

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.rights import log


@transaction.atomic
def record_lookup(actor: Actor, found: int, subject: str = "") -> None:
    audit.append(log.OWNER_LOOKED_UP, actor, subject=subject, data={"found": found})


@transaction.atomic
def record_receipt_shown(clip: Clip, actor: Actor) -> None:
    audit.append(log.RECEIPT_SERVED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)


@transaction.atomic
def record_receipt_linked(clip: Clip, actor: Actor) -> None:
    """Whoever has the link can read the receipt and withdraw, so making one is on the log."""
    audit.append(log.RECEIPT_LINKED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)


@transaction.atomic
def record_erasure_prepared(actor: Actor, subject: str, details: int) -> None:
    audit.append(log.ERASURE_PREPARED, actor, subject=subject, data={"details": details})


@transaction.atomic
def record_certificate_shown(actor: Actor, subject: str, entry: uuid.UUID) -> None:
    audit.append(log.ERASURE_CERTIFIED, actor, subject=subject, data={"entry": str(entry)})

"""That somebody looked. Reading is an act, so it is on the log."""

import uuid

from django.db import transaction

from annotations.audit import repeats
from annotations.audit.actors import ANONYMOUS, Actor
from annotations.clips.models import Clip
from annotations.rights import log
from annotations.rights.models import Erasure
from annotations.rights.plans import Plan


@transaction.atomic
def record_lookup(actor: Actor, found: int, subject: str = "") -> None:
    repeats.tell(log.OWNER_LOOKED_UP, actor, subject=subject, data={"found": found})


@transaction.atomic
def record_receipt_shown(clip: Clip, actor: Actor) -> None:
    repeats.tell(log.RECEIPT_SERVED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)


@transaction.atomic
def record_receipt_fetched(clip: Clip) -> None:
    """A program fetched the page ahead of a reader, as previews of mail do: the owner has not read it."""
    repeats.tell(log.RECEIPT_FETCHED_BY_PROGRAM, ANONYMOUS, clip=clip.public_id, subject=clip.owner.pseudonym)


@transaction.atomic
def record_receipt_linked(clip: Clip, actor: Actor) -> None:
    """Whoever has the link can read the receipt and withdraw, so making one is on the log."""
    repeats.tell(log.RECEIPT_LINKED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)


@transaction.atomic
def record_erasure_prepared(actor: Actor, subject: str, details: int) -> None:
    repeats.tell(log.ERASURE_PREPARED, actor, subject=subject, data={"details": details})


@transaction.atomic
def record_certificate_shown(actor: Actor, subject: str, entry: uuid.UUID) -> None:
    repeats.tell(log.ERASURE_CERTIFIED, actor, subject=subject, data={"entry": str(entry)})


@transaction.atomic
def record_erasure_planned(plan: Plan, actor: Actor) -> None:
    repeats.tell(
        log.ERASURE_PLANNED,
        actor,
        clip=plan.reach.public_ids[0] if len(plan.reach.clips) == 1 else None,
        subject=plan.reach.owner.pseudonym,
        data={"kind": str(plan.scope.kind), "clips": len(plan.reach.clips)},
    )


@transaction.atomic
def record_certificate_served(erasure: Erasure, kind: str, actor: Actor) -> uuid.UUID:
    """The id of the entry; `kind` is "page" or "json"."""
    data = {"erasure": str(erasure.pk), "format": kind}
    return repeats.tell(log.CERTIFICATE_SERVED, actor, subject=erasure.owner, data=data)

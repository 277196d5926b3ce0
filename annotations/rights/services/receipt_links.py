"""Ending the links to an owner's receipt."""

from django.db import transaction

from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.rights import log
from annotations.rights.models import ReceiptLink


@transaction.atomic
def renew_receipt(clip: Clip, actor: Actor) -> int:
    """Ends every link to the clip's receipt that was given out; the number of the one that is in force from now on."""
    lock_clip(clip.pk)
    link, _ = ReceiptLink.objects.get_or_create(clip=clip)
    link.number, link.renewed_at = link.number + 1, clock.now()
    link.save(update_fields=["number", "renewed_at"])
    repeats.tell(log.RECEIPT_RENEWED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)
    return link.number

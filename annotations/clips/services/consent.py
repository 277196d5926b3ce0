"""The end of a consent."""

import datetime

from django.db import transaction

from annotations.audit import journal, services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.clips import log
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip, Consent
from annotations.clips.services.holds import place
from annotations.core import clock


@transaction.atomic
def withdraw(clip: Clip, actor: Actor, *, at: datetime.datetime | None = None) -> bool:
    """Ends the clip's consent at once; False when it was withdrawn already. `at` is when it was, if not now.

    Raises JournalUnreachable.
    """
    lock_clip(clip.pk)
    consent = Consent.objects.get(pk=clip.consent_id)
    if consent.withdrawn_at:
        return False
    consent.withdrawn_at = at or clock.now()
    consent.save(update_fields=["withdrawn_at"])
    _end(clip)
    audit.append(
        log.CONSENT_WITHDRAWN,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"consent": str(consent.pk)},
    )
    place(clip, HoldReason.WITHDRAWN, actor)
    journal.record(journal.Kind.CONSENT_WITHDRAWN, actor, {"clip": str(clip.public_id)})
    return True


def expire_due(limit: int = 500) -> int:
    """Holds the clips whose consent has run out. The gate refuses them from that second; this makes it visible."""
    due = Consent.objects.filter(until__lte=clock.now(), withdrawn_at=None, expired_at=None).order_by(
        "until"
    )[:limit]
    return sum(expire(consent) for consent in due)


@transaction.atomic
def expire(consent: Consent) -> bool:
    """Holds the clip whose consent has run out; False when that was done already."""
    if not Consent.objects.filter(pk=consent.pk, expired_at=None).update(expired_at=clock.now()):
        return False
    clip = consent.clip
    _end(clip)
    audit.append(
        log.CONSENT_EXPIRED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"consent": str(consent.pk)},
    )
    return place(clip, HoldReason.EXPIRED, WORKER)


def _end(clip: Clip) -> None:
    """Its owner may send the same content again, under a new consent."""
    Clip.objects.filter(pk=clip.pk).update(standing=False)

"""The end of fingerprints and lists whose purpose or time is over."""

import uuid

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.clips.selectors import erased_clips
from annotations.core import clock
from annotations.moderation import log
from annotations.moderation.known import purposeless
from annotations.moderation.models import Fingerprint, Flag, HashList, Recheck
from annotations.moderation.services.known_lists import remove_list


def forget_known_content(limit: int = 1000) -> int:
    """Removes the lists that have expired and deletes fingerprints without a purpose; how many things went."""
    expired = HashList.objects.filter(removed_at=None, kept_until__lte=clock.now()).order_by("kept_until")
    gone = [remove_list(known.pk, WORKER, "expired") for known in expired[:limit]]
    return len(gone) + _forget_fingerprints(limit)


@transaction.atomic
def _forget_fingerprints(limit: int) -> int:
    due = list(purposeless().order_by("made_at").values_list("pk", flat=True)[:limit])
    if due:
        Fingerprint.objects.filter(pk__in=due).delete()
        _forget_flags(due)
        audit.append(log.FINGERPRINTS_FORGOTTEN, WORKER, data={"count": len(due)})
    return len(due)


def _forget_flags(clips: list[uuid.UUID]) -> None:
    """The flags of erased clips were kept for their fingerprints only (`services.erase`)."""
    flags = Flag.objects.filter(clip__in=erased_clips().filter(clip__in=clips).values("clip"))
    Recheck.objects.filter(flag__in=flags).delete()
    flags.delete()

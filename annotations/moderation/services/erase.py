"""Erasing what was found and said of a clip's content."""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.moderation import known, log
from annotations.moderation.models import Finding, Fingerprint, Flag, Recheck, Screening


@transaction.atomic
def erase_clip(clip: Clip, actor: Actor) -> dict[str, int]:
    """Deletes the clip's checks, findings, flags and fingerprint; how many of each.

    Of a clip that was discarded lately the fingerprint stays until its time is over (`known.remembered_until`), so that
    the content is recognised when it comes again, and with it the flags that were upheld, without their evidence.
    """
    lock_clip(clip.pk)
    kept_flags, flags = _flags(clip)
    prints = Fingerprint.objects.filter(clip=clip)
    rows: dict[str, QuerySet[Any]] = {
        "screenings": Screening.objects.filter(clip=clip),
        "findings": Finding.objects.filter(run__clip=clip),
        "flags": flags,
        "fingerprints": prints.none() if kept_flags else prints,
    }
    found = {name: each.count() for name, each in rows.items()}
    if not any(found.values()) and not _says_more_than_needed(kept_flags, prints):
        return found
    kept = {"flags_kept": len(kept_flags), "fingerprints_kept": prints.count() if kept_flags else 0}
    audit.append(log.ERASED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data=found | kept)
    Recheck.objects.filter(flag__in=flags).delete()
    for each in rows.values():
        each.delete()
    Flag.objects.filter(clip=clip).update(evidence={})
    prints.update(uncropped=b"")
    return found


def _flags(clip: Clip) -> tuple[list[Flag], QuerySet[Flag]]:
    """Those that stay for the sake of the fingerprint, and all others."""
    fingerprint = Q(clip__fingerprint__isnull=False)
    kept = list(known.upheld().filter(fingerprint, clip=clip))
    return kept, Flag.objects.filter(clip=clip).exclude(pk__in=[flag.pk for flag in kept])


def _says_more_than_needed(kept: list[Flag], prints: QuerySet[Fingerprint]) -> bool:
    return any(flag.evidence for flag in kept) or prints.exclude(uncropped=b"").exists()

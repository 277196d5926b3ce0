"""Reading what was erased, and what an erasure would take."""

import hashlib
import json
import uuid
from dataclasses import dataclass

from annotations.audit import log, subjects
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.subject_keys import Unreachable, store

_AT_ONCE = 500


@dataclass(frozen=True)
class Erasure:
    """What a certificate tells. `digest` is SHA-256 of the entry's canonical bytes, in hexadecimal digits.

    `finished` says whether all the keys are gone; None when the store of the keys does not answer.
    """

    entry: LogEntry
    details: int
    keys: tuple[str, ...]
    digest: str
    finished: bool | None


def erasure(entry_id: uuid.UUID) -> Erasure | None:
    """The erasure that this entry tells of; None when it tells of something else, or does not exist."""
    entry = LogEntry.objects.filter(pk=entry_id, action=log.SUBJECT_ERASED.code).first()
    if entry is None:
        return None
    canonical = bytes(entry.canonical)
    data = json.loads(canonical)["data"]
    return Erasure(
        entry,
        data["details"],
        tuple(data["keys"]),
        hashlib.sha256(canonical).hexdigest(),
        _all_gone([uuid.UUID(key) for key in data["keys"]]),
    )


def last_erasure(subject: str) -> LogEntry | None:
    """The entry of the subject's last erasure."""
    erasures = LogEntry.objects.filter(action=log.SUBJECT_ERASED.code, subject=subject)
    return erasures.order_by("-occurred_at", "-id").first()


def erasure_of_key(key: uuid.UUID, subject: str) -> LogEntry | None:
    """The entry that tells that this key of the subject was destroyed."""
    erasures = LogEntry.objects.filter(action=log.SUBJECT_ERASED.code, subject=subject)
    return next(
        (each for each in erasures if str(key) in json.loads(bytes(each.canonical))["data"]["keys"]), None
    )


def subjects_with(pseudonym: str) -> list[str]:
    """The pseudonym, then the subjects of the clips that entries call its own."""
    owned = LogEntry.objects.filter(subject=pseudonym, clip__isnull=False).order_by("clip")
    clips = owned.values_list("clip", flat=True).distinct()
    return [pseudonym, *(subjects.of_clip(clip) for clip in clips if clip)]


def details_of(pseudonym: str) -> int:
    """How many details an erasure of this pseudonym, with its clips, would destroy now."""
    named, count = subjects_with(pseudonym), 0
    for start in range(0, len(named), _AT_ONCE):
        count += EntryDetail.objects.filter(subject__in=named[start : start + _AT_ONCE]).count()
    return count


def _all_gone(keys: list[uuid.UUID]) -> bool | None:
    try:
        return not store().find(keys)
    except Unreachable:
        return None

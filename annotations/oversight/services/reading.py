"""That somebody looked. Reading is an act, so it is on the log."""

import datetime
import uuid

from django.db import transaction

from annotations.audit import log as audit_log, repeats
from annotations.audit.actors import Actor
from annotations.audit.canonical import timestamp
from annotations.audit.models import LogEntry
from annotations.clips.models import Clip
from annotations.oversight import log


@transaction.atomic
def record_log_searched(actor: Actor, filters: list[str], page: str) -> None:
    """Reading the log is on the log. `filters` are like `clip=...`, with pseudonyms of those who are known and nothing
    that was typed; `page` is `first` or `next`.
    """
    repeats.tell(audit_log.SEARCHED, actor, data={"filters": filters, "page": page})


@transaction.atomic
def record_entry_opened(actor: Actor, entry: LogEntry) -> None:
    """Somebody opened one entry of the log."""
    repeats.tell(
        log.ENTRY_OPENED, actor, clip=entry.clip, subject=entry.subject, data={"entry": str(entry.id)}
    )


@transaction.atomic
def record_person_opened(
    actor: Actor, person: str, since: datetime.datetime, until: datetime.datetime
) -> None:
    """Somebody looked at what a person (by pseudonym) saw in this time."""
    repeats.tell(
        log.PERSON_OPENED,
        actor,
        data={"person": person, "since": timestamp(since), "until": timestamp(until)},
    )


@transaction.atomic
def record_text_searched(actor: Actor, filters: list[str], searched: int, found: int) -> None:
    """Somebody searched the details of so many entries for words, which stay off the log."""
    data = {"filters": filters, "searched": searched, "found": found}
    repeats.tell(log.WORDS_SEARCHED, actor, data=data)


@transaction.atomic
def record_entries_exported(actor: Actor, filters: list[str], kind: str) -> uuid.UUID:
    """Somebody takes entries out; the entry's id. Commit it before the first byte leaves."""
    return repeats.tell(log.ENTRIES_EXPORTED, actor, data={"filters": filters, "format": kind})


@transaction.atomic
def record_dossier_opened(clip: Clip, actor: Actor) -> None:
    repeats.tell(log.DOSSIER_OPENED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)

"""That somebody looked. Reading is an act, so it is on the log."""

import datetime

from django.db import transaction

from annotations.audit import log as audit_log, services as audit
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
    audit.append(audit_log.SEARCHED, actor, data={"filters": filters, "page": page})


@transaction.atomic
def record_entry_opened(actor: Actor, entry: LogEntry) -> None:
    """Somebody opened one entry of the log."""
    audit.append(
        log.ENTRY_OPENED, actor, clip=entry.clip, subject=entry.subject, data={"entry": str(entry.id)}
    )


@transaction.atomic
def record_person_opened(
    actor: Actor, person: str, since: datetime.datetime, until: datetime.datetime
) -> None:
    """Somebody looked at what a person (by pseudonym) saw in this time."""
    audit.append(
        log.PERSON_OPENED,
        actor,
        data={"person": person, "since": timestamp(since), "until": timestamp(until)},
    )


@transaction.atomic
def record_text_searched(actor: Actor, filters: list[str], searched: int, found: int) -> None:
    """Somebody searched the details of so many entries for words, which stay off the log."""
    data = {"filters": filters, "searched": searched, "found": found}
    audit.append(log.WORDS_SEARCHED, actor, data=data)


@transaction.atomic
def record_entries_exported(actor: Actor, filters: list[str], kind: str) -> LogEntry:
    """Somebody takes entries out. Commit it before the first byte leaves."""
    return audit.append(log.ENTRIES_EXPORTED, actor, data={"filters": filters, "format": kind})


@transaction.atomic
def record_dossier_opened(clip: Clip, actor: Actor) -> None:
    audit.append(log.DOSSIER_OPENED, actor, clip=clip.public_id, subject=clip.owner.pseudonym)

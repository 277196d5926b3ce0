"""Writing to the log."""

import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from annotations.audit import details, journal, log, selectors, subjects
from annotations.audit.actors import WORKER, Actor
from annotations.audit.canonical import canonical, timestamp
from annotations.audit.enums import KeysDestroyed
from annotations.audit.erasures import erasure_of_key, last_erasure, subjects_with
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.registry import Action
from annotations.audit.subject_keys import lock, store
from annotations.core import causes, clock, ids
from annotations.core.errors import Invalid, Missing
from annotations.core.reasons import checked_reason

VERSION = 1
# Bundles of entries carry their lengths in 16 bits (C2SP tlog-tiles).
LONGEST = 65_535


def append(
    action: Action,
    actor: Actor,
    *,
    clip: uuid.UUID | None = None,
    subject: str = "",
    purpose: str = "",
    data: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
    detail_of: str = "",
) -> LogEntry:
    """Adds an entry inside the transaction of the act that it tells of.

    `clip` is the clip's public id, `subject` the pseudonym of the owner concerned. `data` holds what may be
    kept for ever (no names, no free text) and has exactly the fields that the action declares; `detail` holds
    the rest (a reason in somebody's words): the entry carries only its salted commitment and the id of the key
    under which it is encrypted. The detail is erased with `detail_of`: the clip, or else the subject, or else the
    actor, when not said.

    Raises RuntimeError outside a transaction, ValueError when the data is not what the action declares or too long.
    """
    about = detail_of or (subjects.of_clip(clip) if clip else subject) or actor.pseudonym
    entry = _entry(action, actor, clip, subject, purpose, data or {}, detail, about)
    entry.save(force_insert=True)
    return entry


@dataclass(frozen=True)
class ClipAct:
    """What one entry of many tells: `clip` is the clip's public id, `subject` its owner's pseudonym."""

    clip: uuid.UUID
    subject: str
    data: dict[str, Any]


def append_each(action: Action, actor: Actor, acts: Iterable[ClipAct], *, purpose: str = "") -> None:
    """Adds one entry per clip for an act that concerns many, in few statements. Raises as `append` does."""
    entries = (_entry(action, actor, act.clip, act.subject, purpose, act.data) for act in acts)
    LogEntry.objects.bulk_create(entries, batch_size=500)


def _entry(
    action: Action,
    actor: Actor,
    clip: uuid.UUID | None,
    subject: str,
    purpose: str,
    data: dict[str, Any],
    detail: dict[str, Any] | None = None,
    detail_of: str = "",
) -> LogEntry:
    if not connection.in_atomic_block:
        raise RuntimeError("An entry is written in the transaction of the act that it tells of.")
    action.check(data)
    entry_id, moment = ids.uuid7(), clock.now()
    request = causes.current()
    body: dict[str, Any] = {
        "version": VERSION,
        "id": str(entry_id),
        "time": timestamp(moment),
        "action": action.code,
        "actor": {"pseudonym": actor.pseudonym, "role": actor.role},
        "clip": str(clip) if clip else None,
        "subject": subject,
        "purpose": purpose,
        "request": request,
        "data": data,
    }
    if detail:
        body |= _keep(entry_id, detail_of, detail)
    content = canonical(body)
    if len(content) > LONGEST:
        raise ValueError(f"{action.code}: an entry has at most {LONGEST} bytes, not {len(content)}")
    return LogEntry(
        id=entry_id,
        canonical=content,
        occurred_at=moment,
        action=action.code,
        actor=actor.pseudonym,
        actor_role=actor.role,
        clip=clip,
        subject=subject,
        purpose=purpose,
        request=request,
    )


def _keep(entry: uuid.UUID, subject: str, detail: dict[str, Any]) -> dict[str, str]:
    """Stores the detail encrypted; what the entry says of it. When the act fails, a key stays that opens nothing."""
    lock.hold(subject, alone=False)
    key = store().ensure(subject)
    kept, commitment = details.seal(entry, subject, key, _normalised(detail))
    kept.save(force_insert=True)
    return {"commitment": commitment, "key": str(key.id)}


def _normalised(detail: dict[str, Any]) -> dict[str, Any]:
    """People type any Unicode; the log keeps normal form C."""
    return {k: unicodedata.normalize("NFC", v) if isinstance(v, str) else v for k, v in detail.items()}


def erase_subject(subject: str, actor: Actor, reason: str) -> LogEntry:
    """Erases what entries tell in somebody's words about this pseudonym and about the clips that entries call its own.

    Their keys and the details; see `destroy_keys`. Gives the entry about the pseudonym.

    Raises Invalid `reason_too_short`, `reason_too_long` or `own_details`, Missing `unknown_subject`.
    """
    reason = checked_reason(reason)
    if subject == actor.pseudonym:
        raise _own_details()
    if not selectors.names(subject):
        raise Missing("unknown_subject", "No entry names this pseudonym. Look it up in the log.")
    return destroy_keys(subjects_with(subject), actor, KeysDestroyed.OFFICER, reason)[0]


def destroy_keys(named: Iterable[str], actor: Actor, cause: KeysDestroyed, words: str = "") -> list[LogEntry]:
    """Destroys the keys of these subjects, and the details under them; the entry about each, in their order.

    Whatever was sealed under the keys cannot be opened any more, in no backup of the database either. No entry need
    name the subjects. The entries and the deletion of the details commit together; then the keys are destroyed. Killed
    in between, the entries stand and `finish_erasures` does the rest. Again, it gives the entries that there are,
    unless something was sealed or written since. That has a key of its own: refusing it would stop the acts of other
    people.

    `words` are the reason that somebody gave, checked already; they become a detail of the actor's.

    Raises Invalid `own_details`, Unreachable, JournalUnreachable.
    """
    each = list(dict.fromkeys(named))
    if actor.pseudonym in each:
        raise _own_details()
    entries = _log_erasures(each, actor, cause, words)
    finish_erasures()
    return entries


def _own_details() -> Invalid:
    return Invalid("own_details", "Ask another privacy officer to erase what concerns you yourself.")


@transaction.atomic(durable=True)
def _log_erasures(named: list[str], actor: Actor, cause: KeysDestroyed, words: str) -> list[LogEntry]:
    for subject in sorted(named):
        lock.hold(subject, alone=True)
    finish_erasures()
    return [_log_erasure(subject, actor, cause, words) for subject in named]


def _log_erasure(subject: str, actor: Actor, cause: KeysDestroyed, words: str) -> LogEntry:
    keys = store().of(subject)
    rows = EntryDetail.objects.filter(subject=subject)
    count = rows.count()
    earlier = last_erasure(subject)
    if earlier and not count and not keys:
        return earlier
    entry = append(
        log.SUBJECT_ERASED,
        actor,
        clip=subjects.clip_of(subject),
        subject=subject,
        data={"details": count, "keys": [str(key) for key in keys], "cause": str(cause)},
        detail={"reason": words} if words else None,
        detail_of=actor.pseudonym,
    )
    rows.delete()
    store().retire(keys, by=entry.pk)
    _tell_journal(entry, subject, keys, cause)
    return entry


def _tell_journal(entry: LogEntry, subject: str, keys: list[uuid.UUID], cause: KeysDestroyed) -> None:
    """The keys that are destroyed: a copy of their store may bring them back."""
    if keys:
        actor = Actor(entry.actor, entry.actor_role)
        data = {"subject": subject, "keys": [str(key) for key in keys], "cause": str(cause)}
        journal.record(journal.Kind.KEYS_DESTROYED, actor, data)


@transaction.atomic
def repeat_destruction(subject: str, keys: list[uuid.UUID], actor: Actor, cause: KeysDestroyed) -> LogEntry:
    """Logs that these keys were destroyed, and deletes what lies under them, in a database that was set back.

    Should the keys have come back as well, they wait to be destroyed. Again, it gives the entry that there is. Raises
    Unreachable.
    """
    lock.hold(subject, alone=True)
    if told := erasure_of_key(keys[0], subject):
        return told
    rows = EntryDetail.objects.filter(subject=subject, key__in=keys)
    entry = append(
        log.SUBJECT_ERASED,
        actor,
        clip=subjects.clip_of(subject),
        subject=subject,
        data={"details": rows.count(), "keys": [str(key) for key in keys], "cause": str(cause)},
    )
    rows.delete()
    store().retire(keys, by=entry.pk)
    return entry


def destroy_returned(named: Iterable[uuid.UUID]) -> int:
    """Destroys those of these keys that a copy of their store has brought back; how many there were.

    They were destroyed before, which the log tells. Raises Unreachable.
    """
    returned = store().existing(named)
    if returned:
        with transaction.atomic():
            append(log.KEYS_RETURNED, WORKER, data={"keys": len(returned)})
        store().destroy(returned)
    return len(returned)


def finish_erasures() -> int:
    """Destroys the keys that an erasure on the log retired and that a killed process left; how many."""
    waiting = store().retired()
    logged = set(LogEntry.objects.filter(pk__in={entry for _, entry in waiting}).values_list("pk", flat=True))
    due = [key for key, entry in waiting if entry in logged]
    if due:
        store().destroy(due)
    return len(due)

"""Writing to the log."""

import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection

from annotations.core import clock, ids

from .actors import Actor
from .canonical import canonical, timestamp
from .models import EntryDetail, LogEntry
from .registry import Action

VERSION = 1


def append(
    action: Action,
    actor: Actor,
    *,
    clip: uuid.UUID | None = None,
    subject: str = "",
    purpose: str = "",
    data: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> LogEntry:
    """Adds an entry inside the transaction of the act that it tells of.

    `clip` is the clip's public id, `subject` the pseudonym of the owner concerned. `data` holds what may be
    kept for ever (no names, no free text) and has exactly the fields that the action declares; `detail` holds
    the rest (a reason in somebody's words): the entry carries only its salted commitment.

    Raises RuntimeError outside a transaction, ValueError when the data is not what the action declares.
    """
    entry = _entry(action, actor, clip, subject, purpose, data or {}, detail)
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
    entries = (_entry(action, actor, act.clip, act.subject, purpose, act.data, None) for act in acts)
    LogEntry.objects.bulk_create(entries, batch_size=500)


def _entry(
    action: Action,
    actor: Actor,
    clip: uuid.UUID | None,
    subject: str,
    purpose: str,
    data: dict[str, Any],
    detail: dict[str, Any] | None,
) -> LogEntry:
    if not connection.in_atomic_block:
        raise RuntimeError("An entry is written in the transaction of the act that it tells of.")
    if set(data) != action.fields:
        raise ValueError(f"{action.code} has the fields {sorted(action.fields)}, not {sorted(data)}")
    entry_id, moment = ids.uuid7(), clock.now()
    request = str(structlog.contextvars.get_contextvars().get("request_id", ""))
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
        salt = secrets.token_bytes(32)
        content = canonical(_normalised(detail))
        body["commitment"] = hashlib.sha256(salt + content).hexdigest()
        EntryDetail.objects.create(
            entry=entry_id, subject=subject or actor.pseudonym, salt=salt, detail=content
        )
    return LogEntry(
        id=entry_id,
        canonical=canonical(body),
        occurred_at=moment,
        action=action.code,
        actor=actor.pseudonym,
        actor_role=actor.role,
        clip=clip,
        subject=subject,
        purpose=purpose,
        request=request,
    )


def _normalised(detail: dict[str, Any]) -> dict[str, Any]:
    """People type any Unicode; the log keeps normal form C."""
    return {k: unicodedata.normalize("NFC", v) if isinstance(v, str) else v for k, v in detail.items()}

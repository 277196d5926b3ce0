"""The lines of the journal: canonical JSON, each with the digest of the one before and a code of authentication.

The code is HMAC-SHA256 (RFC 2104) over the canonical line without it, under the first of the journal's keys, which the
line names. Whoever writes has to hold the key and nobody else reads, so a pair of keys would prove nothing more.
"""

import datetime
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from annotations.audit.actors import Actor
from annotations.audit.canonical import canonical, timestamp
from annotations.audit.fields import CODE, COUNT, DIGEST, ID, PSEUDONYM, TIME, Field, list_of, pattern
from annotations.core.errors import DomainError

VERSION = 1
NOTHING_BEFORE = "0" * 64
"""What the very first line has in place of the digest of the line before."""

_FIELDS = frozenset({"version", "number", "previous", "time", "kind", "actor", "data", "key", "mac"})


class Kind(StrEnum):
    """What a line tells of."""

    BEGUN = "begun"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ERASURE_REQUESTED = "erasure_requested"
    KEYS_DESTROYED = "keys_destroyed"
    ORIGINAL_ERASED = "original_erased"
    ACCOUNT_CLOSED = "account_closed"
    ROLE_CHANGED = "role_changed"
    PASSWORD_REQUIRED = "password_required"  # noqa: S105
    KEY_REVOKED = "key_revoked"
    LEGAL_HOLD_PLACED = "legal_hold_placed"
    LEGAL_HOLD_EXTENDED = "legal_hold_extended"
    LEGAL_HOLD_RELEASED = "legal_hold_released"
    RETENTION_RULE_DECIDED = "retention_rule_decided"
    RETENTION_RULE_TAKEN_BACK = "retention_rule_taken_back"
    FACTOR_REMOVED = "factor_removed"
    FACTORS_TAKEN = "factors_taken"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    KEY_ROTATED = "key_rotated"
    BACKUP_BEGUN = "backup_begun"
    RESTORED = "restored"


_TARGET = pattern(r"[0-9a-z-]+", "an id or a pseudonym", 64)
_LEGAL_HOLD: Mapping[str, Field] = {"hold": ID, "asked_by": PSEUDONYM, "until": TIME}
_RULE: Mapping[str, Field] = {"state": CODE, "version": COUNT}

# Numbers, codes and pseudonyms only: nothing here tells who somebody is.
_DATA: dict[Kind, Mapping[str, Field]] = {
    Kind.BEGUN: {},
    Kind.CONSENT_WITHDRAWN: {"clip": ID},
    Kind.ERASURE_REQUESTED: {
        "erasure": ID,
        "kind": CODE,
        "target": _TARGET,
        "cause": CODE,
    },
    Kind.KEYS_DESTROYED: {
        "subject": pattern(r"[0-9a-z-]+", "a subject", 64),
        "keys": list_of(ID, 1000),
        "cause": CODE,
    },
    Kind.ORIGINAL_ERASED: {"clip": ID},
    Kind.ACCOUNT_CLOSED: {"account": PSEUDONYM},
    Kind.ROLE_CHANGED: {"account": PSEUDONYM, "role": CODE},
    Kind.PASSWORD_REQUIRED: {"account": PSEUDONYM},
    Kind.KEY_REVOKED: {"prefix": pattern(r"[0-9a-f]{12}", "the prefix of a key", 12)},
    Kind.LEGAL_HOLD_PLACED: {**_LEGAL_HOLD, "kind": CODE, "target": _TARGET},
    Kind.LEGAL_HOLD_EXTENDED: _LEGAL_HOLD,
    Kind.LEGAL_HOLD_RELEASED: {"hold": ID, "asked_by": PSEUDONYM},
    Kind.RETENTION_RULE_DECIDED: {
        **_RULE,
        "original_days": COUNT,
        "rest_days": COUNT,
        "asked_by": PSEUDONYM,
        "effective": pattern(r"[0-9TZ:.-]*", "a time, or nothing for at once", 32),
    },
    Kind.RETENTION_RULE_TAKEN_BACK: _RULE,
    Kind.FACTOR_REMOVED: {"factor": ID},
    Kind.FACTORS_TAKEN: {"account": PSEUDONYM},
    Kind.RECOVERY_CODES_MADE: {"account": PSEUDONYM},
    Kind.KEY_ROTATED: {"prefix": pattern(r"[0-9a-f]{12}", "the prefix of a key", 12), "until": TIME},
    Kind.BACKUP_BEGUN: {"backup": ID},
    Kind.RESTORED: {"manifest": DIGEST, "made_at": pattern(r"[0-9TZ:.-]+", "a time", 32)},
}


class JournalAltered(DomainError):
    """A line is not what was written, or one in the middle is missing."""

    status = 503

    def __init__(self, what: str) -> None:
        super().__init__("journal_altered", f"The journal was altered: {what} Nothing is done on its word.")


class JournalBehind(DomainError):
    """The database knows lines that the journal lacks: it was cut, exchanged for an older copy, or lost."""

    status = 503

    def __init__(self, known: int, last: int) -> None:
        super().__init__(
            "journal_behind",
            f"The database knows {known} lines of the journal, and the journal ends at line {last}. "
            "Bring back the journal that belongs to this site.",
        )


@dataclass(frozen=True)
class Line:
    """One line. `digest` is the SHA-256 of its bytes, in hexadecimal digits, as the next line repeats it."""

    number: int
    previous: str
    time: str
    kind: Kind
    actor: Actor
    data: dict[str, Any]
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def moment(self) -> datetime.datetime:
        """When the act was done."""
        return datetime.datetime.fromisoformat(self.time)


@dataclass(frozen=True)
class Said:
    """What a new line tells."""

    kind: Kind
    actor: Actor
    data: dict[str, Any]
    moment: datetime.datetime


def write(said: Said, number: int, previous: str, keys: Mapping[str, bytes]) -> Line:
    """The line that follows; ValueError when its data is not what the kind has."""
    _check(said.kind, said.data)
    key_id, key = next(iter(keys.items()))
    body = {
        "version": VERSION,
        "number": number,
        "previous": previous,
        "time": timestamp(said.moment),
        "kind": str(said.kind),
        "actor": {"pseudonym": said.actor.pseudonym, "role": str(said.actor.role)},
        "data": said.data,
        "key": key_id,
    }
    content = canonical({**body, "mac": _code(body, key)})
    return Line(number, previous, str(body["time"]), said.kind, said.actor, said.data, content)


def read(content: bytes, before: Line | None, keys: Mapping[str, bytes]) -> Line:
    """The line of these bytes, which follows `before`; None before the first of the file.

    A file begins with line 1, or with the line that says that another journal was begun. Raises JournalAltered.
    """
    line = parse(content, keys)
    if before:
        follows = (line.number, line.previous) == (before.number + 1, before.digest)
    else:
        follows = (line.number, line.previous) == (1, NOTHING_BEFORE) or line.kind is Kind.BEGUN
    if not follows:
        raise JournalAltered(f"line {line.number} does not follow the one before it.")
    return line


def parse(content: bytes, keys: Mapping[str, bytes]) -> Line:
    """The line of these bytes, whatever stands before it. Raises JournalAltered."""
    try:
        body: dict[str, Any] = json.loads(content)
        if body.keys() != _FIELDS or canonical(body) != content:
            raise ValueError
        code, key_id, kind = body.pop("mac"), body["key"], Kind(body["kind"])
        actor = Actor(body["actor"]["pseudonym"], body["actor"]["role"])
        _check(kind, body["data"])
        line = Line(body["number"], body["previous"], body["time"], kind, actor, body["data"], content)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise JournalAltered("a line is none of a journal.") from None
    if key_id not in keys:
        raise JournalAltered(
            f"line {line.number} is signed by the key {key_id}, which this site does not have."
        )
    if not hmac.compare_digest(code, _code(body, keys[key_id])):
        raise JournalAltered(f"line {line.number} is not what was signed.")
    return line


def _code(body: dict[str, Any], key: bytes) -> str:
    return hmac.digest(key, canonical(body), "sha256").hex()


def _check(kind: Kind, data: dict[str, Any]) -> None:
    fields = _DATA[kind]
    if data.keys() != fields.keys():
        raise ValueError(f"{kind} has the fields {sorted(fields)}, not {sorted(data)}")
    for name, field in fields.items():
        if not field.fits(data[name]):
            raise ValueError(f"{kind}: {name} is not {field.holds}")

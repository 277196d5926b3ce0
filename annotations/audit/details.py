"""Details of entries, encrypted under the key of whom they concern.

AES-256-GCM with a random nonce; entry and subject are the associated data, so that no detail can stand in for another.
The salt of the commitment is inside the ciphertext: when the key is gone, nobody can try guesses against the entry.
"""

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from annotations.audit import log, subjects
from annotations.audit.canonical import canonical
from annotations.audit.enums import DetailState
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.subject_keys import SubjectKey, Unreachable, store

SALT = 32
_NONCE = 12


@dataclass(frozen=True)
class Detail:
    """What became of an entry's detail; `content` is there when the state is READABLE."""

    state: DetailState
    content: dict[str, Any] | None = None


def seal(entry: uuid.UUID, subject: str, key: SubjectKey, detail: dict[str, Any]) -> tuple[EntryDetail, str]:
    """The detail as it is kept, and its commitment SHA-256(salt || detail), in hexadecimal digits."""
    salted = secrets.token_bytes(SALT) + canonical(detail)
    sealed = encrypt(entry, subject, key, salted)
    return EntryDetail(entry=entry, subject=subject, key=key.id, sealed=sealed), _commitment(salted)


def encrypt(entry: uuid.UUID, subject: str, key: SubjectKey, salted: bytes) -> bytes:
    """The nonce and the ciphertext of salt and detail."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key.key).encrypt(nonce, salted, _bound_to(entry, subject))


def unseal(detail: EntryDetail, key: bytes, commitment: str) -> dict[str, Any]:
    """The detail; ValueError when it is not what the entry committed to."""
    _, content = salt_and_detail(detail, key, commitment)
    told: dict[str, Any] = json.loads(content)
    return told


def salt_and_detail(detail: EntryDetail, key: bytes, commitment: str) -> tuple[bytes, bytes]:
    """What the commitment was made of; ValueError when it is not what the entry committed to."""
    sealed = bytes(detail.sealed)
    try:
        salted = AESGCM(key).decrypt(
            sealed[:_NONCE], sealed[_NONCE:], _bound_to(detail.entry, detail.subject)
        )
    except InvalidTag:
        raise ValueError("It was not encrypted under this key, for this entry and this subject.") from None
    if not secrets.compare_digest(_commitment(salted), commitment):
        raise ValueError("It is not what its entry committed to.")
    return salted[:SALT], salted[SALT:]


def read(entries: Iterable[LogEntry]) -> dict[uuid.UUID, Detail]:
    """The details of the entries that have one, in as many queries for one entry as for many."""
    return of({entry.id: json.loads(bytes(entry.canonical)) for entry in entries})


def of(bodies: dict[uuid.UUID, dict[str, Any]]) -> dict[uuid.UUID, Detail]:
    """As `read`, of entries whose canonical JSON was parsed already."""
    committed = {entry: body for entry, body in bodies.items() if "commitment" in body}
    rows = {row.entry: row for row in EntryDetail.objects.filter(entry__in=committed)} if committed else {}
    try:
        keys = store().find({row.key for row in rows.values()}) if rows else {}
    except Unreachable:
        return dict.fromkeys(committed, Detail(DetailState.UNREACHABLE))
    found = {entry: _opened(rows.get(entry), keys, body) for entry, body in committed.items()}
    lost = [entry for entry, content in found.items() if content is None]
    erased = _erased([committed[entry] for entry in lost]) if lost else set()
    return {
        entry: Detail(DetailState.READABLE, content)
        if content is not None
        else Detail(DetailState.ERASED if str(entry) in erased else DetailState.TAMPERED)
        for entry, content in found.items()
    }


def _opened(
    row: EntryDetail | None, keys: dict[uuid.UUID, bytes], body: dict[str, Any]
) -> dict[str, Any] | None:
    if row is None or row.key not in keys:
        return None
    try:
        return unseal(row, keys[row.key], body["commitment"])
    except ValueError:
        return None


def _erased(bodies: list[dict[str, Any]]) -> set[str]:
    """The ids of those entries whose detail an erasure destroyed, as the log tells it."""
    concerned = {body["subject"] or body["actor"]["pseudonym"] for body in bodies}
    concerned |= {body["actor"]["pseudonym"] for body in bodies}
    concerned |= {subjects.of_clip(uuid.UUID(body["clip"])) for body in bodies if body["clip"]}
    destroyed, whose = set(), set()
    for erasure in LogEntry.objects.filter(action=log.SUBJECT_ERASED.code, subject__in=concerned):
        destroyed |= set(json.loads(bytes(erasure.canonical))["data"]["keys"])
        whose.add(erasure.subject)
    return {
        body["id"]
        for body in bodies
        # Entries of the first version of the log name no key; they are older than every erasure.
        if body.get("key") in destroyed
        or ("key" not in body and (body["subject"] or body["actor"]["pseudonym"]) in whose)
    }


def _commitment(salted: bytes) -> str:
    return hashlib.sha256(salted).hexdigest()


def _bound_to(entry: uuid.UUID, subject: str) -> bytes:
    return entry.bytes + subject.encode()

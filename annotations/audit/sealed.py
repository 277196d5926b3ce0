"""Values of any table that are stored under a subject's key only: without the key they are noise, in backups too.

A sealed value is a version, the id of the key, a nonce and the ciphertext of AES-256-GCM with the subject as associated
data: it opens as a value of this subject and of no other.
"""

import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from annotations.audit.subject_keys import SubjectKey, lock, store
from annotations.core.wrapping import Damaged

_VERSION = b"\x01"
_KEY_ID = 16
_NONCE = 12
_HEAD = len(_VERSION) + _KEY_ID


@dataclass(frozen=True)
class Sealed:
    """A sealed value as a row holds it, and whose it is."""

    subject: str
    blob: bytes


def seal(subject: str, text: str) -> bytes:
    """The text, sealed under the subject's key in use. As `seal_bytes`."""
    return seal_bytes(subject, text.encode())


def seal_bytes(subject: str, content: bytes) -> bytes:
    """The content, sealed under the subject's key in use, which is made when there is none.

    Inside the transaction that keeps it: until that ends, nobody erases the subject. Raises Unreachable.
    """
    lock.hold(subject, alone=False)
    return seal_bytes_of_each([(subject, content)])[0]


def seal_bytes_of_each(contents: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """Each content sealed under its subject's key, with one call of the store; for upgrades, while nobody erases."""
    keys = store().ensure_each(subject for subject, _ in contents)
    return [_sealed(keys[subject], subject, content) for subject, content in contents]


def _sealed(key: SubjectKey, subject: str, content: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + key.id.bytes + nonce + AESGCM(key.key).encrypt(nonce, content, _bound_to(subject))


def unseal(subject: str, blob: bytes) -> str | None:
    """As `unseal_each`, of one value."""
    return unseal_each([Sealed(subject, blob)])[0]


def unseal_each(values: Iterable[Sealed]) -> list[str | None]:
    """The texts in the order of the values; None where the key is destroyed. As `unseal_bytes_of_each`."""
    return [None if content is None else content.decode() for content in unseal_bytes_of_each(list(values))]


def unseal_bytes_of_each(values: Sequence[Sealed]) -> list[bytes | None]:
    """The contents in the order of the values, with one call of the store; None where the key is destroyed.

    Raises Unreachable, and Damaged when a value was altered, or was sealed for another subject.
    """
    named = [_key_id(value.blob) for value in values]
    keys = store().find(set(named)) if named else {}
    return [
        _opened(value, keys[key]) if key in keys else None for value, key in zip(values, named, strict=True)
    ]


def reseal_each(values: Sequence[Sealed], change: Callable[[int, bytes], bytes]) -> list[bytes | None]:
    """Each content changed (`change` is given its place among the values), sealed under the key that it lies under.

    None where that key is destroyed. Nobody need be kept from erasing meanwhile: what comes out opens for as long as
    what went in. Raises as `unseal_bytes_of_each`, and what `change` raises.
    """
    named = [_key_id(value.blob) for value in values]
    keys = store().find(set(named)) if named else {}
    return [
        _sealed(SubjectKey(key, keys[key]), value.subject, change(place, _opened(value, keys[key])))
        if key in keys
        else None
        for place, (value, key) in enumerate(zip(values, named, strict=True))
    ]


def _opened(value: Sealed, key: bytes) -> bytes:
    nonce, ciphertext = value.blob[_HEAD : _HEAD + _NONCE], value.blob[_HEAD + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _bound_to(value.subject))
    except (InvalidTag, ValueError):
        raise Damaged("It was altered, or sealed for another subject.") from None


def _key_id(blob: bytes) -> uuid.UUID:
    if not blob.startswith(_VERSION) or len(blob) < _HEAD + _NONCE:
        raise Damaged("This is not a sealed value.")
    return uuid.UUID(bytes=blob[len(_VERSION) : _HEAD])


def _bound_to(subject: str) -> bytes:
    return _VERSION + subject.encode()

"""Keys of things, wrapped by key-encryption keys that lie elsewhere (AES key wrap, RFC 3394).

Whoever has the wrapped keys alone has noise; whoever destroys a wrapped key destroys what it opens.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap


class Damaged(Exception):
    """What is encrypted is not what was written under this key: cut, reordered, altered, or of another key."""


@dataclass(frozen=True)
class WrappedKey:
    """A key as it may be stored: wrapped by the key-encryption key that `key_id` names."""

    key_id: str
    wrapped: bytes


def new_key(keys: Mapping[str, bytes]) -> tuple[bytes, WrappedKey]:
    """A fresh key of 256 bits, and the same wrapped by the first of the key-encryption keys."""
    key_id, wrapping = next(iter(keys.items()))
    key = secrets.token_bytes(32)
    return key, WrappedKey(key_id, aes_key_wrap(wrapping, key))


def rewrap(keys: Mapping[str, bytes], wrapped: WrappedKey) -> WrappedKey:
    """The same key, wrapped by the first of the key-encryption keys. Raises as `unwrap`."""
    key_id, wrapping = next(iter(keys.items()))
    return WrappedKey(key_id, aes_key_wrap(wrapping, unwrap(keys, wrapped)))


def unwrap(keys: Mapping[str, bytes], wrapped: WrappedKey) -> bytes:
    """The key; Damaged when the key-encryption key is not there or is not the one that wrapped it."""
    try:
        return aes_key_unwrap(keys[wrapped.key_id], wrapped.wrapped)
    except (KeyError, InvalidUnwrap, ValueError) as error:
        raise Damaged(f"The key cannot be unwrapped by {wrapped.key_id}.") from error

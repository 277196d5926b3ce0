"""What only the reader of a message may know, sealed in its row: AES-256-GCM under the keys of outgoing messages.

Not under the keys of subjects: the one program that sends may not have those. The message's id is the associated data.
"""

import json
import secrets
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from annotations.core.wrapping import Damaged

_NONCE = 12


def seal(message: uuid.UUID, private: dict[str, str]) -> tuple[str, bytes]:
    """The id of the first key, and the content sealed under it."""
    key_id, key = next(iter(settings.OUTGOING_KEYS.items()))
    nonce = secrets.token_bytes(_NONCE)
    return key_id, nonce + AESGCM(key).encrypt(nonce, json.dumps(private).encode(), message.bytes)


def unseal(message: uuid.UUID, key_id: str, sealed: bytes) -> dict[str, str]:
    """What was sealed. Raises Damaged when it was altered, is another message's, or the key is not there."""
    try:
        content = AESGCM(settings.OUTGOING_KEYS[key_id]).decrypt(
            sealed[:_NONCE], sealed[_NONCE:], message.bytes
        )
    except (KeyError, InvalidTag, ValueError):
        raise Damaged("The message was altered, or its key is not here.") from None
    private: dict[str, str] = json.loads(content)
    return private

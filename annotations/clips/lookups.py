"""Finding by equality what is stored sealed: keyed digests (HMAC-SHA-256), in hexadecimal digits.

Their key is derived (HKDF, RFC 5869) from the site's subject keys, which lie in no database and no backup of one, so
nobody who has the rows alone can try guesses. After a change of keys older rows are found by the older ones.
"""

import hmac
from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_KEY_BYTES = 32


def of_reference(whose: object, reference: str) -> list[str]:
    """What a row of this reference may hold: of an owner `whose` is the submitter's id, of a device the owner's.

    A new row holds the first.
    """
    return _digests("reference", str(whose), reference)


def of_content(sha256: str) -> list[str]:
    """What the row of a clip with this content may hold; a new one holds the first."""
    return _digests("content", sha256)


def of_request(submitter: object, key: str) -> list[str]:
    """What the row of a submission may hold that came with this Idempotency-Key; a new one holds the first."""
    return _digests("request", str(submitter), key)


def _digests(use: str, *parts: str) -> list[str]:
    message = _joined(part.encode() for part in parts)
    return [hmac.digest(_key(each, use), message, "sha256").hex() for each in settings.SUBJECT_KEYS.values()]


def _key(site: bytes, use: str) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"clips lookup {use}".encode()).derive(site)


def _joined(parts: Iterable[bytes]) -> bytes:
    """Each part with its length before it, so that no two lists give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

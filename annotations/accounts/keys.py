"""API keys: `cam_PREFIX_SECRET`, in a form that scanners of secrets can be sure of.

The prefix has 12 hexadecimal digits and tells keys apart. The secret has 43 random letters and digits (256 bits, so a
plain digest keeps it safe) and ends with a checksum: CRC-32 of everything before it, as six digits to the base 62. So a
scanner that finds the form, `FORM`, tells a key from an example without asking anybody. Keys of before have 43 signs
of base64url and no checksum.
"""

import hashlib
import re
import secrets
import string
import zlib

FORM = r"cam_[0-9a-f]{12}_[0-9A-Za-z]{49}"
"""What a scanner of secrets looks for."""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET, _CHECKSUM = 43, 6
_PARTS = re.compile(r"cam_([0-9a-f]{12})_([0-9A-Za-z]{49}|[0-9A-Za-z_-]{43})")


def generate() -> tuple[str, str, str]:
    """A new key, its prefix, and the digest to keep."""
    prefix, secret = secrets.token_hex(6), "".join(secrets.choice(_DIGITS) for _ in range(_SECRET))
    begun = f"cam_{prefix}_{secret}"
    key = begun + checksum(begun)
    return key, prefix, digest(key.rpartition("_")[2])


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def checksum(begun: str) -> str:
    """The six signs that end a key which begins so."""
    number, signs = zlib.crc32(begun.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_DIGITS))
        signs = _DIGITS[digit] + signs
    return signs


def parse(key: str) -> tuple[str, str] | None:
    """The prefix and the secret, or None when it has not the form of a key or was mistyped."""
    parts = _PARTS.fullmatch(key)
    if parts is None:
        return None
    begun, end = key[:-_CHECKSUM], key[-_CHECKSUM:]
    whole = len(parts[2]) == _SECRET or checksum(begun) == end
    return (parts[1], parts[2]) if whole else None

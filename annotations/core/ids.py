"""Identifiers: time-ordered inside, random wherever a reviewer may see them."""

import secrets
import time
import uuid

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def uuid7() -> uuid.UUID:
    """A time-ordered UUID, version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def random_id() -> uuid.UUID:
    """A random UUID, version 4: tells nothing of when or in which order a thing was made."""
    return uuid.uuid4()


def pseudonym(prefix: str) -> str:
    """A random name such as `r-7k2m9qx4`, without letters or digits that look alike."""
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))

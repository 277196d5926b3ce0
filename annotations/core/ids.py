"""Identifiers: time-ordered inside, random wherever a reviewer may see them."""

import secrets
import threading
import time
import uuid

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


_RANDOM_BITS = 74
_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A time-ordered UUID, version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, 74 random bits.

    Within one process each is greater than the one before, also in the same millisecond (section 6.2, method 2):
    what one transaction writes keeps its order.
    """
    global _last
    with _lock:
        milliseconds = (time.time_ns() // 1_000_000) & ((1 << 48) - 1)
        value = max(
            milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS), _last + 1 + secrets.randbits(32)
        )
        _last = value
    high, low = value >> 62, value & ((1 << 62) - 1)
    return uuid.UUID(int=(high >> 12) << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0x2 << 62 | low)


def random_id() -> uuid.UUID:
    """A random UUID, version 4: tells nothing of when or in which order a thing was made."""
    return uuid.uuid4()


def pseudonym(prefix: str) -> str:
    """A random name such as `r-7k2m9qx4`, without letters or digits that look alike."""
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))

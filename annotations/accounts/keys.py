"""API keys: `cam_PREFIX_SECRET`. The secret has 256 random bits, so a plain digest keeps it safe."""

import hashlib
import secrets


def generate() -> tuple[str, str, str]:
    """A new key, its prefix, and the digest to keep."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return f"cam_{prefix}_{secret}", prefix, digest(secret)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def parse(key: str) -> tuple[str, str] | None:
    """The prefix and the secret, or None when it has not the form of a key."""
    parts = key.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "cam" else None

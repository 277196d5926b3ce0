"""Codes on paper for whoever has lost everything else. Each works once.

A code has 120 random bits, so a plain digest keeps it safe (ASVS 5.0, 6.5.2 asks for 112).
"""

import base64
import hashlib
import re
import secrets

COUNT = 10
_BYTES = 15
_GROUP = 6
_LETTERS = re.compile(r"[a-z2-7]{24}")


def generate() -> list[str]:
    """New codes, as they are shown: four groups of six letters and digits."""
    return [_shown(base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()) for _ in range(COUNT)]


def normal(typed: str) -> str | None:
    """The code without blanks and hyphens, in small letters; None when it has not the form of one."""
    letters = re.sub(r"[\s-]", "", typed).lower()
    return letters if _LETTERS.fullmatch(letters) else None


def digest(code: str) -> str:
    """What is kept of a code, in hexadecimal digits."""
    return hashlib.sha256((normal(code) or "").encode()).hexdigest()


def _shown(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))

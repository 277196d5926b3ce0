"""Codes that an app makes from a shared secret and the clock (RFC 6238, with SHA-1, six digits and 30 seconds: what
every app understands).
"""

import base64
import datetime
import hmac
import re
import secrets
from urllib.parse import quote, urlencode

import segno

SECRET_BYTES = 20
"""As long as what the hash gives (RFC 4226, section 4, R6)."""

STEP_SECONDS = 30
DIGITS = 6
WINDOW = 1
"""So many steps before and after now a code is taken, for clocks that differ (RFC 6238, section 5.2)."""

_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """The secret as people type it into an app: base32 (RFC 4648, section 6)."""
    return base64.b32encode(secret).decode()


def from_text(text: str) -> bytes:
    return base64.b32decode(text)


def step_of(moment: datetime.datetime) -> int:
    """How many steps of 30 seconds have passed since 1970."""
    return int(moment.timestamp()) // STEP_SECONDS


def code(secret: bytes, step: int) -> str:
    """The six digits of a step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, typed: str, moment: datetime.datetime, after: int = 0) -> int | None:
    """The step whose code was typed, blanks aside, around this moment and later than the step `after`; None for none.

    Whoever keeps the step as the next `after` takes each code once.
    """
    digits = "".join(typed.split())
    if not _CODE.fullmatch(digits):
        return None
    now, found = step_of(moment), None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(code(secret, step), digits) and step > after:
            found = step
    return found


def address(secret: bytes, username: str, site: str) -> str:
    """What the picture tells an app: `otpauth://totp/SITE:NAME?secret=...`."""
    query = urlencode({"secret": as_text(secret), "issuer": site}, quote_via=quote)
    return f"otpauth://totp/{quote(site)}:{quote(username)}?{query}"


def picture(uri: str) -> str:
    """A QR code of the address, as an address of its own (`data:image/svg+xml`)."""
    return segno.make(uri, micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")

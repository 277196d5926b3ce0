"""Devices that a person has signed in on before: a signed cookie says so, and says nothing else.

It opens nothing. It only keeps its holder's tries to sign in apart from those of strangers (OWASP, *Slow Down Online
Guessing Attacks with Device Cookies*).
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

_SALT = "accounts.device"
_LASTS = 180 * 24 * 3600
_MOST_ACCOUNTS = 10


def known(request: HttpRequest, username: str) -> str:
    """The device's random name if this account has signed in on it, else nothing."""
    device, accounts = _read(request)
    return device if _account(username) in accounts else ""


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Notes on the device that this account has signed in; of several, the last ten."""
    device, accounts = _read(request)
    others = [each for each in accounts if each != _account(username)]
    value = [device or secrets.token_urlsafe(16), *others[1 - _MOST_ACCOUNTS :], _account(username)]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(value, salt=_SALT),
        max_age=_LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        device, *accounts = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_LASTS
        )
    except signing.BadSignature:
        return "", []
    return device, accounts


def _account(username: str) -> str:
    return salted_hmac(_SALT, username, algorithm="sha256").hexdigest()[:16]

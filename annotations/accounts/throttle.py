"""What the sign-in throttle counts by: the account, as a keyed digest, and the client's address."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def account(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """A digest of the name that was typed: people type passwords, and other people's names, into that field."""
    typed = (credentials or {}).get("username") or (request.POST.get("username") if request else "") or ""
    return salted_hmac("accounts.throttle", str(typed), algorithm="sha256").hexdigest()


def address(request: HttpRequest) -> str:
    """The client's address: the peer's, or what the proxy in front says of it (the last entry is the proxy's own)."""
    if settings.TRUSTED_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def locked(request: HttpRequest, username: str) -> bool:
    """Whether this account is locked for this address now."""
    return bool(AxesProxyHandler.is_locked(request, {"username": username}))


def is_password(request: HttpRequest, username: str, password: str) -> bool:
    """Whether this is the account's password; one that is wrong counts as a failed sign-in."""
    return authenticate(request, username=username, password=password) is not None

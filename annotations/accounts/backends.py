"""Signing in by name and password, slowed down for whoever guesses."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from annotations.accounts import services, throttle
from annotations.accounts.models import User


class ThrottledBackend(ModelBackend):
    """Django's, which hashes once for every name and password: of closed accounts, unknown names, and those without a
    password, too. A try that has to wait is not looked at; `request.has_to_wait` says how long.

    Raises PermissionDenied for every refusal, so that no other backend is asked.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        counts = throttle.counts(request, username)
        if wait := services.begin_try(counts):
            if request is not None:
                request.has_to_wait = wait  # type: ignore[attr-defined]
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password)
        if not isinstance(user, User):
            raise PermissionDenied
        services.end_try(counts)
        return user

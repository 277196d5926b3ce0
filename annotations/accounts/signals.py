"""Signing in, out and failing to, as Django and axes announce them."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from . import services
from .models import User


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    services.note_sign_in(user)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user:
        services.note_sign_out(user)


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    services.note_failure(str(credentials.get("username", "")))


@receiver(user_locked_out)
def _locked(sender: Any, username: str, **kwargs: Any) -> None:
    services.note_failure(username, locked=True)

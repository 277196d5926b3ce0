"""Signing in and out, as Django announces them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import ngettext

from annotations.accounts import services, sessions
from annotations.accounts.models import User
from annotations.accounts.selectors import keys_ending_soon


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request)
    request.signed_in_here = user.username  # type: ignore[attr-defined]
    services.record_sign_in(user)
    if ending := keys_ending_soon().filter(user=user).count():
        said = ngettext(
            "%d of your API keys ends within two weeks, and its program stops working. Rotate it in time.",
            "%d of your API keys end within two weeks, and their programs stop working. Rotate them in time.",
            ending,
        )
        messages.warning(request, said % ending, fail_silently=True)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user:
        services.record_sign_out(user)

"""Who signs in after they came by the provider."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from annotations.accounts import sessions
from annotations.accounts.models import User
from annotations.single_sign_on.exchanges import remember_session
from annotations.single_sign_on.models import Identity

SESSION = "provider_session"


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The session of the site is kept with the provider's, so that it ends with it."""
    noted = request.session.pop(SESSION, None)
    if noted and (identity := Identity.objects.filter(pk=noted["identity"], user=user).first()):
        remember_session(identity, sessions.public_id(request.session), noted["sid"])

"""A sign-in between the right password and the second factor: nobody is signed in yet."""

import datetime
import hmac
from typing import Any

from django.http import HttpRequest

from annotations.accounts.factors import guessing
from annotations.accounts.models import User
from annotations.accounts.rules import SIGN_IN_LASTS
from annotations.core import clock

_KEY = "pending_sign_in"


def begin(request: HttpRequest, user: User) -> None:
    """Notes in a session with a new key who has just given the right password."""
    request.session.flush()
    request.session[_KEY] = {
        "user": str(user.pk),
        "password": user.get_session_auth_hash(),
        "at": clock.now().isoformat(),
        "wrong": 0,
    }


def person(request: HttpRequest) -> User | None:
    """Whose second factor is awaited; None when nobody's, too late, or password or account have changed since."""
    kept: dict[str, Any] | None = request.session.get(_KEY)
    if kept is None or clock.now() - datetime.datetime.fromisoformat(kept["at"]) > SIGN_IN_LASTS:
        return None
    found = User.objects.filter(pk=kept["user"], is_active=True).first()
    same = found is not None and hmac.compare_digest(kept["password"], found.get_session_auth_hash())
    return found if same else None


def count_wrong(request: HttpRequest) -> bool:
    """One more wrong code or passkey; whether that was the last that this sign-in takes, which ends it."""
    kept = {**request.session[_KEY], "wrong": request.session[_KEY]["wrong"] + 1}
    if kept["wrong"] >= guessing.FREE:
        request.session.flush()
        return True
    request.session[_KEY] = kept
    return False


def end(request: HttpRequest) -> None:
    """The sign-in is complete."""
    request.session.pop(_KEY, None)

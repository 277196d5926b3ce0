"""Who holds what was made for one caller: a person in one session, or a program with one key."""

from django.http import HttpRequest

from annotations.accounts import sessions
from annotations.accounts.models import ApiKey, User


def holder_of(request: HttpRequest) -> str:
    """The account and its session, or its key; nothing for strangers. It stays when the session's key changes."""
    if not isinstance(request.user, User):
        return ""
    key: ApiKey | None = getattr(request, "api_key", None)
    if key:
        return f"{request.user.pk} key {key.pk}"
    session = sessions.public_id_of(request)
    return f"{request.user.pk} session {session}" if session else ""

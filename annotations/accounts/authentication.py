"""How the API knows its caller: the middleware has found out already."""

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from annotations.accounts.models import User


class RequestUserAuthentication(BaseAuthentication):
    """The user of the session (then CSRF is checked, as everywhere) or of the API key."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = request._request.user
        if not isinstance(user, User):
            return None
        if not getattr(request._request, "authenticated_by_key", False):
            try:
                SessionAuthentication().enforce_csrf(request)
            except PermissionDenied:
                request._request.csrf_refused = True  # type: ignore[attr-defined]
                raise
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

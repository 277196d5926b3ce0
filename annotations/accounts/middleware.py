"""Who asks, and whether they may: before any view runs."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render

from annotations.accounts import log, services, sessions
from annotations.accounts.enums import ANONYMOUS
from annotations.accounts.matrix import matrix
from annotations.accounts.models import User
from annotations.accounts.selectors import key_of
from annotations.audit import actors

# Open to whoever has to choose another password first.
PASSWORD_FIRST = {"accounts:change_password", "accounts:sign_out"}

Handler = Callable[[HttpRequest], HttpResponse]


class SessionSeenMiddleware:
    """Writes down, now and then, that somebody's session was used."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User) and isinstance(request.session, sessions.SessionStore):
            sessions.seen(request.session)
        return self.get_response(request)


class ApiKeyMiddleware:
    """Sets `request.user` from `Authorization: Bearer KEY`; a wrong key is answered at once, never ignored."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = key_of(key.strip())
            if found is None:
                services.record_key_refusal(key.strip())
                message = "This API key is unknown, expired or revoked."
                return JsonResponse({"code": "bad_api_key", "message": message}, status=401)
            services.record_key_used(found)
            request.user = found.user
            request.authenticated_by_key = True  # type: ignore[attr-defined]
            # A key is sent by a program on purpose, so there is no cookie that another site could abuse.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return self.get_response(request)


class PermissionMiddleware:
    """Enforces the permission matrix: a route that does not list the caller's role is refused, and logged.

    Logged too is what turns a call away that the matrix allows: another site's form, a rate that was exceeded, an
    object that is not there or not for this person (which look the same to them), an act that is not theirs.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.matrix = matrix()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Nothing that was made for one person stays in a browser's or a proxy's cache.
        response.headers.setdefault("Cache-Control", "no-store")
        # Nor is it read by a page of another origin, a file that is taken out included.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        self._record(request, response.status_code)
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        match = request.resolver_match
        route = match.view_name if match else ""
        role = role_of(request)
        if self.matrix.allows(route, request.method or "", role):
            return self._password_first(request, route)
        services.record_refusal(actor_of(request), request.method or "", route)
        request.refusal_noted = True  # type: ignore[attr-defined]
        api = request.path.startswith("/api/")
        if role == ANONYMOUS:
            if api:
                message = "Sign in, or send an API key."
                return JsonResponse({"code": "not_signed_in", "message": message}, status=401)
            if others := self.matrix.methods(route, role):
                # Signing in would change nothing, and the address may hold a secret that must not end in another one.
                return HttpResponseNotAllowed(others)
            if match and "token" in match.kwargs:
                return redirect("accounts:sign_in")
            return redirect_to_login(request.get_full_path())
        if api:
            message = "Your role may not do this."
            return JsonResponse({"code": "not_allowed", "message": message}, status=403)
        return render(request, "errors/403.html", status=403)

    def _password_first(self, request: HttpRequest, route: str) -> HttpResponse | None:
        """Leads whoever has to choose another password to that page, whatever they ask for that strangers may not."""
        user, method = request.user, request.method or ""
        if not isinstance(user, User) or not user.password_required or route in PASSWORD_FIRST:
            return None
        if getattr(request, "authenticated_by_key", False) or self.matrix.allows(route, method, ANONYMOUS):
            return None
        if request.path.startswith("/api/"):
            message = "Choose another password first, on the page of your account."
            return JsonResponse({"code": "password_required", "message": message}, status=409)
        return redirect("accounts:change_password")

    def _record(self, request: HttpRequest, status: int) -> None:
        """Of strangers, only the other site's form: what else they try is bound by other means (a lock, a token)."""
        match, actor, method = request.resolver_match, actor_of(request), request.method or ""
        if match is None or getattr(request, "refusal_noted", False):
            return
        if getattr(request, "csrf_refused", False):
            services.record_turned_away(log.CSRF_REFUSED, actor, method, match.view_name)
        elif role_of(request) == ANONYMOUS:
            return
        elif status == 403:
            services.record_refusal(actor, method, match.view_name)
        elif status == 429:
            services.record_turned_away(log.TOO_OFTEN, actor, method, match.view_name)
        elif status == 404 and match.kwargs:
            services.record_turned_away(log.NOT_FOUND, actor, method, match.view_name)


def role_of(request: HttpRequest) -> str:
    # Absent while an error page is made for a request that never came as far (a bad Host header).
    user: User | AnonymousUser | None = getattr(request, "user", None)
    return user.role if isinstance(user, User) and user.is_active else ANONYMOUS


def actor_of(request: HttpRequest) -> actors.Actor:
    """The caller as the log knows them."""
    return request.user.actor if isinstance(request.user, User) else actors.ANONYMOUS


def signed_in(request: HttpRequest) -> User:
    """The caller's account, on routes that the matrix opens to no anonymous caller."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user

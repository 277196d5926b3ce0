"""Who asks, and whether they may: before any view runs."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
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
# Open to whoever needs a second factor and has shown none, besides.
FACTOR_FIRST = {
    *PASSWORD_FIRST,
    "accounts:add_factor",
    "accounts:add_app",
    "accounts:add_passkey",
    "accounts:step_up",
    "accounts:time_left",
}

Handler = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """Ends a session whose time is over; writes down, now and then, that one was used."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user, session = request.user, request.session
        if isinstance(user, User) and isinstance(session, sessions.SessionStore):
            if why := sessions.why_over(session, user.role):
                services.end_over_session(user, session.session_key or "", why)
                session.flush()
                request.user = AnonymousUser()
            else:
                sessions.seen(session)
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
            return self._first_something_else(request, route)
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

    def _first_something_else(self, request: HttpRequest, route: str) -> HttpResponse | None:
        """Leads whoever has to choose another password, or lacks a second factor, to the page for it, whatever they
        ask for that strangers may not.
        """
        method, api = request.method or "", request.path.startswith("/api/")
        lacks = lacks_first(request)
        if lacks is None or self.matrix.allows(route, method, ANONYMOUS):
            return None
        if lacks == "password" and route not in PASSWORD_FIRST:
            message = "Choose another password first, on the page of your account."
            return _first("password_required", message) if api else redirect("accounts:change_password")
        if lacks == "factor" and route not in FACTOR_FIRST:
            message = "Set up a second factor first, on the page of your account."
            return _first("second_factor_required", message) if api else redirect("accounts:add_factor")
        return None

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


def lacks_first(request: HttpRequest) -> str | None:
    """What the caller has to do before anything else: choose a "password", or show a second "factor"."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or getattr(request, "authenticated_by_key", False):
        return None
    if user.password_required:
        return "password"
    if user.role in settings.SECOND_FACTOR_REQUIRED and not sessions.has_second_factor(request.session):
        return "factor"
    return None


def _first(code: str, message: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=409)


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

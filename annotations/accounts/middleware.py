"""Who asks, and whether they may: before any view runs."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render

from annotations.accounts import devices, log, services, sessions, throttle
from annotations.accounts.doors import turned_away
from annotations.accounts.enums import ANONYMOUS, KeyRefusal
from annotations.accounts.matrix import matrix
from annotations.accounts.models import ApiKey, User
from annotations.accounts.scopes import scopes
from annotations.accounts.selectors import key_sent
from annotations.audit import actors

# Open to whoever has to choose another password first.
PASSWORD_FIRST = {
    "accounts:change_password",
    "accounts:sign_out",
    "accounts:step_up",
    "single_sign_on:confirm",
}
# Open to whoever needs a second factor and has shown none, besides.
FACTOR_FIRST = {
    *PASSWORD_FIRST,
    "accounts:add_factor",
    "accounts:add_app",
    "accounts:add_passkey",
    "accounts:time_left",
}

# What a role does from everywhere, whatever its networks: to leave, and what says that the site is there.
EVERYWHERE = {"accounts:sign_out", "healthz", "readyz"}

Handler = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """Ends a session whose time is over; writes down, now and then, that one was used; notes on the device who has
    signed in there.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user, session = request.user, request.session
        if isinstance(user, User) and isinstance(session, sessions.SessionStore):
            if why := sessions.why_over(session, user.role):
                services.end_over_session(user, session.session_key or "", why)
                session.flush()
                request.user = AnonymousUser()
            elif sessions.POLLS not in request.headers:
                sessions.seen(session)
        response = self.get_response(request)
        if username := getattr(request, "signed_in_here", ""):
            devices.remember(request, response, username)
        return response


# What those are told who hold the whole key; whoever lacks a part of it learns nothing about it.
_KEY_ANSWERS = {
    KeyRefusal.REVOKED: (401, "key_revoked", "This API key was revoked. Make another one."),
    KeyRefusal.EXPIRED: (401, "key_expired", "This API key has expired. Make another one."),
    KeyRefusal.NETWORK: (403, "key_network", "This API key opens nothing from this network."),
}
_UNKNOWN_KEY = (401, "bad_api_key", "There is no such API key.")


class ApiKeyMiddleware:
    """Sets `request.user` and `request.api_key` from `Authorization: Bearer KEY`; a wrong key is answered at once,
    never ignored. Answers say when the key ends (`API-Key-Expires`).
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self.get_response(request)
        address = throttle.address(request)
        found, refusal = key_sent(key.strip(), address)
        if found is None or refusal:
            refusal = refusal or KeyRefusal.UNKNOWN
            services.record_key_refusal(found.user if found else None, refusal)
            status, code, message = _KEY_ANSWERS.get(refusal, _UNKNOWN_KEY)
            answer = JsonResponse({"code": code, "message": message}, status=status)
            if status == 401:  # RFC 6750, section 3.1
                answer["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return answer
        services.record_key_used(found, address)
        request.user = found.user
        request.api_key = found  # type: ignore[attr-defined]
        request.authenticated_by_key = True  # type: ignore[attr-defined]
        # A key is sent by a program on purpose, so there is no cookie that another site could abuse.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["API-Key-Expires"] = found.expires_at.isoformat(timespec="seconds")
        return response


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
        key: ApiKey | None = getattr(request, "api_key", None)
        opened = key is None or scopes().opens(route, request.method or "", key.scope_codes)
        if (
            isinstance(request.user, User)
            and route not in EVERYWHERE
            and (answer := turned_away(request, request.user))
        ):
            return answer
        if opened and self.matrix.allows(route, request.method or "", role):
            return self._first_something_else(request, route)
        services.record_refusal(actor_of(request), request.method or "", route)
        request.refusal_noted = True  # type: ignore[attr-defined]
        api = request.path.startswith("/api/")
        if key:
            message = "This API key does not open that. Its scopes are listed where it was made."
            return JsonResponse({"code": "key_scope", "message": message}, status=403)
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

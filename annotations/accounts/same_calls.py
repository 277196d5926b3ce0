"""The same form sent again and again: acts that change something are told one by one, so they are bound by number."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotations.accounts.models import User

MOST = 20
MOST_OF_A_ROUTE = 600
"""Forms of one route, whatever they say: nobody who works sends one every six seconds for an hour."""
WINDOW_SECONDS = 3600
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
# Sent again and again in ordinary work, or what nobody may be kept from; what they write is bound otherwise.
OFTEN = frozenset(
    {
        "accounts:sign_in",
        "accounts:sign_out",
        "accounts:end_other_sessions",
        "accounts:end_session",
        "review:next",
        "review:resume",
    }
)


class SameCallMiddleware:
    """Answers 429 to a form that the same person has sent with the same content `MOST` times within an hour, and to
    one of a route of which they have sent `MOST_OF_A_ROUTE`, whatever is in them.

    After CSRF, which reads the form anyway. Counted in Django's cache: each process's own by default.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        match, person = request.resolver_match, request.user
        if request.method != "POST" or request.content_type not in FORMS or request.path.startswith("/api/"):
            return None
        if not isinstance(person, User) or match is None or match.view_name in OFTEN:
            return None
        if _counted(f"{person.pk} {match.view_name}") > MOST_OF_A_ROUTE:
            return _refused(request, MOST_OF_A_ROUTE)
        if not request.FILES and _counted(_content(request, person)) > MOST:
            return _refused(request, MOST, same=True)
        return None


def _refused(request: HttpRequest, most: int, *, same: bool = False) -> HttpResponse:
    return render(request, "errors/same_call.html", {"most": most, "same": same}, status=429)


def _content(request: HttpRequest, person: User) -> str:
    sent = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    return f"{person.pk} {request.path} {urlencode(sorted(sent), doseq=True)}"


def _counted(content: str) -> int:
    """How often that was sent within an hour, this time included."""
    key = f"same-call:{hashlib.sha256(content.encode()).hexdigest()}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # the hour ended in between
        cache.set(key, 1, WINDOW_SECONDS)
        return 1

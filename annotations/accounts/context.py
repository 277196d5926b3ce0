"""What every page's frame needs."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from annotations.accounts import sessions
from annotations.accounts.enums import ANONYMOUS
from annotations.accounts.may import may
from annotations.accounts.middleware import lacks_first, role_of

# The pages of the top bar, in order; each person sees those that the matrix allows them.
PAGES = (
    (_("Review"), "review:home"),
    (_("Adjudication"), "review:adjudication"),
    (_("Flagged"), "moderation:flagged"),
    (_("Not verified"), "moderation:unverified"),
    (_("Audit"), "oversight:log"),
    (_("Alerts"), "oversight:alerts"),
    (_("Requests"), "rights:access_requests"),
    (_("Consents"), "rights:consents"),
    (_("Datasets"), "datasets:index"),
    (_("Operations"), "operations"),
    (_("People"), "accounts:people"),
    (_("Submit"), "clips:submit"),
    (_("Break-glass"), "break_glass:index"),
    (_("Hidden regions"), "redaction:unredactions"),
    (_("Redaction quality"), "review:redaction_quality"),
    (_("Screening"), "moderation:screening"),
)

Count = Callable[[HttpRequest], int]
_counts: dict[str, Count] = {}


def counts(route: str) -> Callable[[Count], Count]:
    """Registers the function that tells how many things on a page of the top bar wait for whoever asks."""

    def register(count: Count) -> Count:
        _counts[route] = count
        return count

    return register


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`navigation`: label, url, whether the person is there or below, and what counts the things that wait there, for
    each page that they may open; none while something else comes first.
    """
    if lacks_first(request):
        return {"navigation": []}
    pages = [
        (label, reverse(route), partial(_counts[route], request) if route in _counts else None)
        for label, route in PAGES
        if may(request, route)
    ]
    current = max((url for _, url, _ in pages if request.path.startswith(url)), key=len, default="")
    return {
        "navigation": [
            {"label": label, "url": url, "current": url == current, "waiting": count}
            for label, url, count in pages
        ]
    }


def session(request: HttpRequest) -> dict[str, Any]:
    """`session_seconds`: how long the session lasts if nobody comes; `session_warning`: how long before that its person
    is told. None of it for strangers.
    """
    role = role_of(request)
    if role == ANONYMOUS or not request.session.session_key:
        return {}
    return {
        "session_seconds": sessions.seconds_left(request.session, role),
        "session_warning": settings.SESSION_WARNING_SECONDS,
    }

"""The answer to a decision that was made on a stale page: who decided what since, and what was typed is kept."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from annotations.accounts.people import people_by_pseudonym
from annotations.accounts.zones import zone_of
from annotations.audit import selectors
from annotations.audit.canonical import canonical
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.core.shown import ChangedSince

# So many entries since are looked through, the newest first, and so many are told.
_MOST_READ, _MOST_TOLD = 2000, 10


class DecisionMiddleware:
    """Answers 409 to `core.shown.ChangedSince`, whatever the view: nothing was done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ChangedSince):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
        since = told_since(error)
        context: dict[str, Any] = {
            "since": since,
            "people": people_by_pseudonym({line.entry.actor for line in since}),
            "fields": _typed(request),
            "choices": _chosen(request),
            "field": error.field,
            "now": error.now,
            "back": _page_of(request),
            "zone": zone_of(request),
        }
        return render(request, "errors/409.html", context, status=error.status)


def told_since(error: ChangedSince) -> list[selectors.Line]:
    """What the log tells since then of what was to be decided on, newest first, without what changes nothing.

    What a person did is not told to whoever decides on their account: only entries that are about it.
    """
    entries = LogEntry.objects.filter(occurred_at__gte=error.at).order_by("-occurred_at", "-id")[:_MOST_READ]
    acts = [
        entry for entry in entries if lookup(entry.action).repeats is None and _is_about(entry, error.names)
    ]
    return selectors.present(acts[:_MOST_TOLD])


def _is_about(entry: LogEntry, names: Iterable[str]) -> bool:
    """Whether the entry names one of these, apart from who acted."""
    text = bytes(entry.canonical).decode()
    found = [name for name in names if name in text]
    if not found:
        return False
    told = canonical(json.loads(text) | {"actor": None}).decode()
    return any(name in told for name in found)


def _sent(request: HttpRequest) -> Iterable[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in {"csrfmiddlewaretoken", "shown", "version"} and "password" not in name:
            yield from ((name, str(each)) for each in values)


def _typed(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Name, label and content of what somebody wrote: it holds a space, or an end of line."""
    return [
        (name, name.replace("_", " ").capitalize(), text)
        for name, text in _sent(request)
        if len(text.split()) > 1
    ]


def _chosen(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything else, sent along as it is."""
    return [(name, text) for name, text in _sent(request) if len(text.split()) <= 1]


def _page_of(request: HttpRequest) -> str:
    """The page from which the form came, if it is one of this site's."""
    page = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if safe else reverse("home")

"""The officer's page of the log."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.audit import selectors as audit
from annotations.audit.selectors import Filters

from .. import selectors, services
from ..forms import LogForm

PAGE = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The audit log. Each page that is shown is an entry itself, written before the page is read."""
    form = LogForm(request.GET)
    cursor = request.GET.get("cursor", "")
    if not form.is_valid():
        return render(request, "privacy/log.html", {"form": form}, status=400)
    filters = form.filters
    if cursor and not audit.is_cursor(cursor):
        messages.error(request, _("That page is not there any more. This is the first one."))
        cursor = ""
    services.note_search(actor_of(request), _named(filters), "next" if cursor else "first")
    page = audit.search(filters, cursor=cursor, size=PAGE)
    context = {
        "form": form,
        "page": page,
        "cursor": cursor,
        "rows": [(line, bytes(line.entry.canonical).decode()) for line in page.lines],
        "people": selectors.people({line.entry.actor for line in page.lines}),
        "filtered": bool(_named(filters)),
    }
    return render(request, "privacy/log.html", context)


def _named(filters: Filters) -> list[str]:
    """The filters as the log keeps them: `name=value`, pseudonyms only."""
    return [f"{name}={value}" for name, value in asdict(filters).items() if value]

"""One entry of the log, at an address that stays."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.zones import zone_of
from annotations.oversight import selectors, services


@require_safe
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """The entry's exact bytes, what commits to its details, and its place in the tree."""
    found = selectors.entry(entry_id)
    if found is None:
        raise Http404
    services.record_entry_opened(actor_of(request), found.line.entry)
    return render(request, "oversight/entry.html", {"found": found, "zone": zone_of(request)})

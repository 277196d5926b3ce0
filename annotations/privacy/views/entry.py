"""One entry of the log, at an address that stays."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.privacy import selectors, services
from annotations.privacy.views.zone import zone_of


@require_safe
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """The entry's exact bytes, what commits to its details, and its place in the tree."""
    found = selectors.entry(entry_id)
    if found is None:
        raise Http404
    services.note_entry(actor_of(request), found.line.entry)
    return render(request, "privacy/entry.html", {"found": found, "zone": zone_of(request)})

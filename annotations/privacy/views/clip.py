"""A clip's dossier."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of

from .. import selectors, services
from .lookup import clip_or_404


@require_safe
def clip(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Everything that ever happened to one clip."""
    found = clip_or_404(clip_id)
    services.note_dossier(found, actor_of(request))
    dossier = selectors.dossier(found)
    context = {
        "dossier": dossier,
        "clip": found,
        "rows": [
            (line, selectors.tone(line), bytes(line.entry.canonical).decode()) for line in dossier.lines
        ],
        "holds": selectors.hold_rows(dossier.holds),
        "milliseconds": max(1, round(found.duration * 1000)),
    }
    return render(request, "privacy/clip.html", context)

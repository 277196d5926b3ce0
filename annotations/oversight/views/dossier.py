"""A clip's dossier."""

import uuid
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.zones import zone_of
from annotations.audit.search import is_cursor
from annotations.audit.subject_keys import Unreachable
from annotations.clips.lookup import clip_or_404
from annotations.clips.models import Clip
from annotations.clips.selectors import digests_of
from annotations.oversight import selectors, services

VIEWINGS = 50


@require_safe
def dossier(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Everything that ever happened to one clip, and who saw it."""
    found = clip_or_404(clip_id)
    services.record_dossier_opened(found, actor_of(request))
    cursor, whole = request.GET.get("cursor", ""), "whole" in request.GET
    if cursor and not is_cursor(cursor):
        messages.error(request, _("That page is not there any more. This is the first one."))
        cursor = ""
    area = request.GET.get("area", "")
    dossier = selectors.dossier(found, area=area if area.isalpha() else "", cursor=cursor, whole=whole)
    zone = zone_of(request)
    days = groupby(dossier.lines, key=lambda line: line.entry.occurred_at.astimezone(zone).date())
    seen = Paginator(dossier.viewings, max(1, len(dossier.viewings)) if whole else VIEWINGS)
    context = {
        "dossier": dossier,
        "clip": found,
        "digest": _digest(found),
        "area": area,
        "zone": zone,
        "whole": whole,
        "cursor": cursor,
        "days": [(day, [(line, selectors.tone(line)) for line in lines]) for day, lines in days],
        "viewings": seen.get_page(request.GET.get("page")),
        "holds": selectors.hold_rows(dossier.holds),
    }
    return render(request, "oversight/dossier.html", context)


def _digest(clip: Clip) -> str:
    """SHA-256 of the original; empty when it was erased, or the store of the keys does not answer now."""
    try:
        return digests_of([clip]).get(clip.pk, "")
    except Unreachable:
        return ""

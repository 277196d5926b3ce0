"""The privacy officer's pages: the log, a clip's dossier, the desk."""

import uuid
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from annotations.accounts.middleware import actor_of
from annotations.audit import selectors as audit
from annotations.audit.selectors import Filters
from annotations.clips.models import Clip
from annotations.core.errors import DomainError
from annotations.datasets import selectors as datasets

from . import receipts, selectors, services
from .forms import LogForm, LookupForm, WithdrawalForm

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


@require_safe
def clip(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Everything that ever happened to one clip."""
    found = _clip(clip_id)
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


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Looking up clips by their id or their owner's pseudonym, and the last withdrawals."""
    form = LookupForm(request.GET)
    context: dict[str, Any] = {"form": form, "query": request.GET.get("q")}
    if not form.is_valid():
        return render(request, "privacy/desk.html", context, status=400)
    if query := form.cleaned_data["q"]:
        found = Paginator(selectors.find(query), PAGE).get_page(request.GET.get("page"))
        owners = {each.owner.pseudonym for each in found.object_list}
        services.note_lookup(
            actor_of(request), found.paginator.count, owners.pop() if len(owners) == 1 else ""
        )
        context["found"] = found
    else:
        context["withdrawn"] = Paginator(selectors.withdrawn(), PAGE).get_page(request.GET.get("page"))
    return render(request, "privacy/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Says what withdrawing does, and does it."""
    found = _clip(clip_id)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(found, actor_of(request), form.cleaned_data["reason"])
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(
                request,
                _("The consent is withdrawn. The clip is out of the queue and of every next release."),
            )
        return redirect("privacy:clip", found.public_id)
    context = {"clip": found, "form": form, "releases": datasets.of_clip(found)}
    return render(request, "privacy/withdraw.html", context, status=400 if form.errors else 200)


@require_http_methods(["POST"])
def link_receipt(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Makes the link to the owner's receipt, to be sent to the owner."""
    found = _clip(clip_id)
    services.note_receipt_link(found, actor_of(request))
    url = request.build_absolute_uri(receipts.path_for(found))
    return render(request, "privacy/receipt_link.html", {"clip": found, "url": url})


def _clip(clip_id: uuid.UUID) -> Clip:
    if (found := selectors.clip(clip_id)) is None:
        raise Http404
    return found


def _named(filters: Filters) -> list[str]:
    """The filters as the log keeps them: `name=value`, pseudonyms only."""
    return [f"{name}={value}" for name, value in asdict(filters).items() if value]

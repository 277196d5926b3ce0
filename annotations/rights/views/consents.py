"""The privacy desk: finding clips, withdrawing consents, links for owners."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from annotations.accounts.middleware import actor_of
from annotations.clips import selectors as clips
from annotations.clips.lookup import clip_or_404
from annotations.clips.models import Clip
from annotations.core.errors import DomainError
from annotations.datasets import selectors as datasets
from annotations.rights import receipts, selectors as rights, services
from annotations.rights.forms import LookupForm, WithdrawalForm

PAGE = 50


@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    """Looking up clips by their id or their owner's pseudonym, and the last withdrawals."""
    form = LookupForm(request.GET)
    context: dict[str, Any] = {
        "form": form,
        "query": request.GET.get("q"),
        "unfinished": rights.unfinished_erasures(),
    }
    if not form.is_valid():
        return render(request, "rights/consents.html", context, status=400)
    if query := form.cleaned_data["q"]:
        found = Paginator(clips.find(query), PAGE).get_page(request.GET.get("page"))
        owners = {each.owner.pseudonym for each in found.object_list}
        services.record_lookup(
            actor_of(request), found.paginator.count, owners.pop() if len(owners) == 1 else ""
        )
        context["found"] = found
    else:
        context["withdrawn"] = Paginator(rights.withdrawn(), PAGE).get_page(request.GET.get("page"))
    return render(request, "rights/consents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Says what withdrawing does, and does it."""
    found = clip_or_404(clip_id)
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
        return redirect("oversight:dossier", found.public_id)
    context = {"clip": found, "form": form, "releases": datasets.of_clip(found)}
    return render(request, "rights/withdraw.html", context, status=400 if form.errors else 200)


@require_http_methods(["POST"])
def link_receipt(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Makes the link to the owner's receipt, to be sent to the owner."""
    found = clip_or_404(clip_id)
    services.record_receipt_linked(found, actor_of(request))
    return _link_page(request, found)


@require_http_methods(["POST"])
def renew_receipt(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """Ends every link to the owner's receipt that was given out, and makes a new one."""
    found = clip_or_404(clip_id)
    services.renew_receipt(found, actor_of(request))
    messages.success(request, _("All links from before have ended. This is the new one."))
    return _link_page(request, found)


def _link_page(request: HttpRequest, clip: Clip) -> HttpResponse:
    url = request.build_absolute_uri(receipts.path_for(clip))
    return render(request, "rights/receipt_link.html", {"clip": clip, "url": url})

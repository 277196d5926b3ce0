"""Originals without redaction: asked for, decided on, and looked at."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.core.errors import DomainError
from annotations.privacy import selectors, services
from annotations.privacy.forms import AskGlassForm, DecideGlassForm
from annotations.privacy.models import BreakGlass
from annotations.privacy.selectors import break_glass as glass_selectors
from annotations.privacy.views.lookup import clip_or_404

PAGE = 25


@require_safe
def break_glasses(request: HttpRequest) -> HttpResponse:
    """The requests: all of them for officers, for others their own."""
    page = Paginator(glass_selectors.glasses(_person(request)), PAGE).get_page(request.GET.get("page"))
    return render(request, "privacy/break_glasses.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def ask_break_glass(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    clip, form = clip_or_404(clip_id), AskGlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asked = services.ask_break_glass(clip, data["purpose"], data["reason"], _person(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Asked. A privacy officer other than you decides."))
            return redirect("privacy:break_glass", asked.pk)
    context = {"clip": clip, "form": form, "minutes": settings.BREAK_GLASS_MINUTES}
    return render(request, "privacy/break_glass_ask.html", context, status=400 if form.errors else 200)


@require_safe
def break_glass(request: HttpRequest, glass_id: uuid.UUID) -> HttpResponse:
    return _page(request, _found(request, glass_id))


@require_POST
def decide_break_glass(request: HttpRequest, glass_id: uuid.UUID) -> HttpResponse:
    found = _found(request, glass_id)
    form = DecideGlassForm(glass_selectors.nameable(found), request.POST)
    if not form.is_valid():
        return _page(request, found, form, 400)
    data = form.cleaned_data
    try:
        found = services.decide_break_glass(
            glass_id,
            request.POST.get("decision", ""),
            data["reason"],
            data.get("passes", []),
            _person(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The request is now: %(state)s.") % {"state": found.get_state_display()})
    return redirect("privacy:break_glass", glass_id)


@require_POST
def close_break_glass(request: HttpRequest, glass_id: uuid.UUID) -> HttpResponse:
    _found(request, glass_id)
    try:
        services.close_break_glass(glass_id, _person(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Closed. The unredacted copy is destroyed."))
    return redirect("privacy:break_glass", glass_id)


def _page(
    request: HttpRequest, found: BreakGlass, form: DecideGlassForm | None = None, status: int = 200
) -> HttpResponse:
    lines = glass_selectors.glass_steps(found)
    own = found.asked_by_id == request.user.pk
    context: dict[str, Any] = {
        "glass": found,
        "own": own,
        "officer": _person(request).role == Role.PRIVACY_OFFICER,
        "form": form or DecideGlassForm(glass_selectors.nameable(found)),
        "in_the_way": glass_selectors.in_the_way(found),
        "lines": lines,
        "people": selectors.people({line.entry.actor for line in lines}),
        "minutes": settings.BREAK_GLASS_MINUTES,
    }
    return render(request, "privacy/break_glass.html", context, status=status)


def _person(request: HttpRequest) -> User:
    return get_object_or_404(User, pk=request.user.pk)


def _found(request: HttpRequest, glass_id: uuid.UUID) -> BreakGlass:
    found = (
        glass_selectors.glasses(_person(request)).select_related("clip__owner").filter(pk=glass_id).first()
    )
    if found is None:
        raise Http404
    return found

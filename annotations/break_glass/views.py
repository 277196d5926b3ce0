"""Originals without redaction: asked for, decided on, and looked at."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.may import only_own
from annotations.accounts.middleware import actor_of
from annotations.accounts.models import User
from annotations.accounts.people import people_by_pseudonym
from annotations.break_glass import selectors as selectors, services
from annotations.break_glass.forms import AskForm, DecideForm
from annotations.break_glass.models import BreakGlassAccess
from annotations.break_glass.rules import BREAK_GLASS
from annotations.clips.lookup import clip_or_404
from annotations.core.errors import DomainError
from annotations.core.shown import sent

PAGE = 25


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The requests: all of them, or for roles that see only those their own."""
    page = Paginator(_known(request), PAGE).get_page(request.GET.get("page"))
    return render(request, "break_glass/index.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    clip, form = clip_or_404(clip_id), AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asked = services.ask(clip, data["purpose"], data["reason"], _person(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Asked. A privacy officer other than you decides."))
            return redirect("break_glass:detail", asked.pk)
    context = {"clip": clip, "form": form, "minutes": settings.BREAK_GLASS_MINUTES}
    return render(request, "break_glass/ask.html", context, status=400 if form.errors else 200)


@require_safe
def detail(request: HttpRequest, access_id: uuid.UUID) -> HttpResponse:
    return _page(request, _found(request, access_id))


@require_POST
def decide(request: HttpRequest, access_id: uuid.UUID) -> HttpResponse:
    found = _found(request, access_id)
    form = DecideForm(selectors.nameable(found), request.POST)
    if not form.is_valid():
        return _page(request, found, form, 400)
    data = form.cleaned_data
    try:
        found = services.decide(
            access_id,
            request.POST.get("decision", ""),
            data["reason"],
            data.get("passes", []),
            _person(request),
            shown=sent(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The request is now: %(state)s.") % {"state": found.get_state_display()})
    return redirect("break_glass:detail", access_id)


@require_POST
def close(request: HttpRequest, access_id: uuid.UUID) -> HttpResponse:
    _found(request, access_id)
    try:
        services.close(access_id, _person(request), shown=sent(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Closed. The unredacted copy is destroyed."))
    return redirect("break_glass:detail", access_id)


def _page(
    request: HttpRequest, found: BreakGlassAccess, form: DecideForm | None = None, status: int = 200
) -> HttpResponse:
    lines = selectors.steps(found)

    def may(action: str) -> bool:
        return BREAK_GLASS.allows(found.state, action, actor_of(request), asked_by=found.asked_by.pseudonym)

    context: dict[str, Any] = {
        "access": found,
        "own": found.asked_by_id == request.user.pk,
        "may_decide": may("refuse"),
        "may_close": may("close"),
        "form": form or DecideForm(selectors.nameable(found)),
        "in_the_way": selectors.in_the_way(found),
        "lines": lines,
        "people": people_by_pseudonym({line.entry.actor for line in lines}),
        "minutes": settings.BREAK_GLASS_MINUTES,
    }
    return render(request, "break_glass/detail.html", context, status=status)


def _person(request: HttpRequest) -> User:
    return get_object_or_404(User, pk=request.user.pk)


def _known(request: HttpRequest) -> QuerySet[BreakGlassAccess]:
    return selectors.accesses(_person(request) if only_own(request) else None)


def _found(request: HttpRequest, access_id: uuid.UUID) -> BreakGlassAccess:
    found = _known(request).select_related("clip__owner").filter(pk=access_id).first()
    if found is None:
        raise Http404
    return found

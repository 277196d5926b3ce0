"""The pages of flagged clips, for leads."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.clips.enums import Purpose
from annotations.core.errors import DomainError
from annotations.moderation import selectors, services
from annotations.moderation.enums import FlagState
from annotations.moderation.forms import DecisionForm
from annotations.moderation.models import Flag
from annotations.redaction import delivery


@require_safe
def flagged(request: HttpRequest) -> HttpResponse:
    """The list of flags in one state."""
    state = request.GET.get("state", FlagState.OPEN)
    if state not in FlagState.values:
        state = FlagState.OPEN
    page = Paginator(selectors.flags(state), 25).get_page(request.GET.get("page"))
    notes = selectors.notes(page.object_list)
    rows = [(flag, notes[flag.pk]) for flag in page.object_list]
    context = {"page": page, "rows": rows, "state": state, "states": FlagState.choices}
    return render(request, "moderation/flagged.html", context)


@require_safe
def detail(request: HttpRequest, flag_id: uuid.UUID) -> HttpResponse:
    return _detail(request, _flag(flag_id), DecisionForm())


@require_GET
def poster(request: HttpRequest, flag_id: uuid.UUID) -> HttpResponse:
    try:
        image = services.serve_poster(_flag(flag_id), actor_of(request))
    except DomainError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(image, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


@require_POST
def reveal(request: HttpRequest, flag_id: uuid.UUID) -> JsonResponse:
    """The address of the clip's rendition, for as long as a token lasts; sealed on the log first, each time."""
    try:
        grant = delivery.grant_sealed(request, _flag(flag_id).clip, Purpose.MODERATION)
    except DomainError as error:
        return JsonResponse(error.as_dict(), status=error.status)
    return JsonResponse({"url": grant.url, "expires_at": grant.expires_at})


@require_POST
def decide(request: HttpRequest, flag_id: uuid.UUID) -> HttpResponse:
    flag = _flag(flag_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _detail(request, flag, form, 400)
    try:
        flag = services.decide(
            flag.pk, request.POST.get("decision", ""), form.cleaned_data["reason"], actor_of(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("moderation:detail", flag_id)
    messages.success(request, _("The flag is now %(state)s.") % {"state": flag.get_state_display().lower()})
    return redirect("moderation:flagged")


def _detail(request: HttpRequest, flag: Flag, form: DecisionForm, status: int = 200) -> HttpResponse:
    context = {
        "flag": flag,
        "note": selectors.notes([flag])[flag.pk],
        "reason": selectors.reasons([flag])[flag.pk],
        "form": form,
    }
    return render(request, "moderation/detail.html", context, status=status)


def _flag(flag_id: uuid.UUID) -> Flag:
    return get_object_or_404(Flag.objects.select_related("clip__owner"), pk=flag_id)

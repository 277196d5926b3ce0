"""The pages of flagged clips, for leads."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.clips.enums import Purpose
from annotations.core.errors import DomainError
from annotations.core.shown import sent
from annotations.core.templatetags.shown import shown_field
from annotations.moderation import selectors, services
from annotations.moderation.enums import FlagState
from annotations.moderation.forms import DecisionForm
from annotations.moderation.models import Flag
from annotations.redaction import delivery

PAGE = 25


@require_safe
def flagged(request: HttpRequest) -> HttpResponse:
    """The list of flags in one state."""
    state = request.GET.get("state", FlagState.OPEN)
    if state not in FlagState.values:
        state = FlagState.OPEN
    raised_by = request.GET.get("raised_by", "")
    page = Paginator(selectors.flags(state, raised_by), PAGE).get_page(request.GET.get("page"))
    together = raised_by and state == FlagState.OPEN
    listed = _listed(flag.pk for flag in page.object_list) if together else []
    return render(
        request,
        "moderation/flagged.html",
        _list_context(page.object_list, listed, DecisionForm())
        | {"page": page, "state": state, "raised_by": raised_by},
    )


@require_POST
def decide_together(request: HttpRequest) -> HttpResponse:
    """The same decision on several open flags of one person."""
    listed = _listed(_ids(request, "listed"))
    chosen, form = _ids(request, "flag"), DecisionForm(request.POST)
    if not form.is_valid():
        context = _list_context(listed, listed, form) | {"state": FlagState.OPEN, "chosen": chosen}
        return render(request, "moderation/flagged.html", context, status=400)
    reason, action = form.cleaned_data["reason"], request.POST.get("decision", "")
    try:
        count = services.decide_together(
            [flag.pk for flag in listed], chosen, action, reason, actor_of(request), shown=sent(request)
        )
    except DomainError as error:
        form.add_error(None, error.message)
        context = _list_context(listed, listed, form) | {"state": FlagState.OPEN, "chosen": chosen}
        return render(request, "moderation/flagged.html", context, status=error.status)
    messages.success(request, _("Decided on %(count)s flags.") % {"count": count})
    return redirect("moderation:flagged")


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
            flag.pk,
            request.POST.get("decision", ""),
            form.cleaned_data["reason"],
            actor_of(request),
            shown=sent(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("moderation:detail", flag_id)
    messages.success(request, _("The flag is now %(state)s.") % {"state": flag.get_state_display().lower()})
    return redirect("moderation:flagged")


def _list_context(flags: Iterable[Flag], listed: list[Flag], form: DecisionForm) -> dict[str, Any]:
    """The list; with `listed`, which a decision together is about, in the order in which it is checked."""
    notes = selectors.notes(flags)
    return {
        "rows": [(flag, notes[flag.pk]) for flag in flags],
        "states": FlagState.choices,
        "listed": listed,
        "shown": shown_field(*listed),
        "form": form,
    }


def _listed(flags: Iterable[uuid.UUID]) -> list[Flag]:
    """These flags, at most a page of them."""
    found = Flag.objects.select_related("clip__owner").filter(pk__in=list(flags)[:PAGE])
    return list(found.order_by("clip_id", "pk"))


def _ids(request: HttpRequest, name: str) -> set[uuid.UUID]:
    try:
        return {uuid.UUID(each) for each in request.POST.getlist(name)}
    except ValueError:
        raise Http404 from None


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

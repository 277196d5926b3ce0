"""Legal holds: the list, one of them with its steps, and asking for one."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.accounts.zones import zone_of
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.core.shown import sent
from annotations.rights import services
from annotations.rights.forms import LegalHoldFilterForm, LegalHoldForm, LegalHoldStepForm
from annotations.rights.retention import selectors as retention
from annotations.rights.retention.models import LegalHold
from annotations.rights.rules import LEGAL_HOLDS

PAGE = 50

_SAID = {
    "agree": gettext_lazy("You agreed. It is done."),
    "refuse": gettext_lazy("Refused."),
    "extend": gettext_lazy("The extension waits for another privacy officer."),
    "release": gettext_lazy("The release waits for another privacy officer. Until then the hold stands."),
}


@require_safe
def legal_holds(request: HttpRequest) -> HttpResponse:
    """Legal holds, those that stand or wait first."""
    form = LegalHoldFilterForm(request.GET)
    if not form.is_valid():
        return render(request, "rights/legal_holds.html", {"form": form}, status=400)
    found = retention.legal_holds(form.cleaned_data["q"], form.cleaned_data["state"])
    context = {
        "form": form,
        "found": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "zone": zone_of(request),
    }
    return render(request, "rights/legal_holds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_legal_hold(request: HttpRequest) -> HttpResponse:
    """Asks for a legal hold; another officer agrees to it in a session of their own."""
    form = LegalHoldForm(request.POST or None, initial={"q": request.GET.get("q", "")})
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            hold = services.ask_for_legal_hold(sent["q"], sent["until"], sent["reason"], actor_of(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Asked for. Nothing is held before another privacy officer agrees."))
            return redirect("rights:legal_hold", hold.pk)
    return render(request, "rights/legal_hold_new.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
def legal_hold(request: HttpRequest, hold_id: uuid.UUID) -> HttpResponse:
    return _page(request, _found(hold_id), LegalHoldStepForm())


@require_POST
def step_legal_hold(request: HttpRequest, hold_id: uuid.UUID) -> HttpResponse:
    step, form = request.POST.get("step", ""), LegalHoldStepForm(request.POST)
    if step not in _SAID:
        messages.error(request, _("Choose one of the steps."))
        return redirect("rights:legal_hold", hold_id)
    if form.is_valid() and step == "extend" and form.cleaned_data["until"] is None:
        form.add_error("until", _("Say until which day it is to last."))
    if not form.is_valid():
        return _page(request, _found(hold_id), form, 400)
    actor, words, until = actor_of(request), form.cleaned_data["reason"], form.cleaned_data["until"]
    shown = sent(request)
    steps: dict[str, Callable[[], LegalHold]] = {
        "agree": lambda: services.decide_legal_hold(hold_id, "agree", words, actor, shown=shown),
        "refuse": lambda: services.decide_legal_hold(hold_id, "refuse", words, actor, shown=shown),
        "extend": lambda: services.ask_for_extension(hold_id, until, words, actor, shown=shown),
        "release": lambda: services.ask_for_release(hold_id, words, actor, shown=shown),
    }
    try:
        steps[step]()
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _found(hold_id), form, error.status)
    messages.success(request, str(_SAID[step]))
    return redirect("rights:legal_hold", hold_id)


def _page(request: HttpRequest, hold: LegalHold, form: LegalHoldStepForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    services.record_legal_hold_opened(hold, actor)
    lines = retention.legal_hold_steps(hold)
    names = {hold.asked_by, hold.first_officer, hold.second_officer} | {line.entry.actor for line in lines}

    def allowed(action: str) -> bool:
        return LEGAL_HOLDS.allows(hold.state, action, actor, asked_by=hold.asked_by)

    context = {
        "hold": hold,
        "form": form,
        "may_agree": allowed("agree"),
        "may_refuse": allowed("refuse"),
        "may_extend": allowed("ask to extend"),
        "may_release": allowed("ask to release"),
        "over": hold.until <= clock.now(),
        "rows": [(line, bytes(line.entry.canonical).decode()) for line in lines],
        "people": people_by_pseudonym(names),
        "zone": zone_of(request),
    }
    return render(request, "rights/legal_hold.html", context, status=status)


def _found(hold_id: uuid.UUID) -> LegalHold:
    if (found := LegalHold.objects.filter(pk=hold_id).first()) is None:
        raise Http404
    return found

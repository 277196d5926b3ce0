"""The queue of alerts, and one of them."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.audit import selectors as audit
from annotations.audit.models import LogEntry
from annotations.core.errors import DomainError
from annotations.core.shown import sent
from annotations.oversight import services
from annotations.oversight.enums import AlertState
from annotations.oversight.forms import AlertFilterForm, ResolveForm
from annotations.oversight.models import Alert
from annotations.oversight.rules import ALERTS
from annotations.oversight.selectors import alerts as alert_selectors

PAGE = 25


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """Alerts in one state."""
    state = request.GET.get("state", AlertState.OPEN)
    if state not in AlertState.values:
        state = AlertState.OPEN
    form = AlertFilterForm(request.GET)
    valid = form.is_valid()
    kind, person = (form.cleaned_data["kind"], form.cleaned_data["person"]) if valid else ("", "")
    page = Paginator(alert_selectors.alerts(state, kind, person), PAGE).get_page(request.GET.get("page"))
    counts = alert_selectors.alert_counts()
    context = {
        "form": form,
        "page": page,
        "state": state,
        "states": [(value, label, counts[value]) for value, label in AlertState.choices],
        "people": people_by_pseudonym(
            {who for each in page.object_list for who in (each.actor, each.taken_by, each.resolved_by)}
        ),
        "filtered": bool(kind or person),
        "off": [each.kind for each in alert_selectors.alert_rules() if not each.enabled],
    }
    return render(request, "oversight/alerts.html", context, status=200 if valid else 400)


@require_safe
def alert(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """What an alert is about: the entries that show it. Opening it is on the log."""
    found = _found(alert_id)
    services.record_alert_opened(found, actor_of(request))
    return _page(request, found, ResolveForm())


@require_POST
def take_alert(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    return _act(request, alert_id, services.take_alert, _("The alert is yours."))


@require_POST
def give_back_alert(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    return _act(request, alert_id, services.give_back_alert, _("The alert is open again."))


@require_POST
def resolve_alert(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return _page(request, _found(alert_id), form, status=400)
    try:
        resolved = services.resolve_alert(
            alert_id,
            request.POST.get("decision", ""),
            form.cleaned_data["reason"],
            actor_of(request),
            shown=sent(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("oversight:alert", alert_id)
    messages.success(
        request, _("The alert is now %(state)s.") % {"state": resolved.get_state_display().lower()}
    )
    return redirect("oversight:alerts")


def _act(request: HttpRequest, alert_id: uuid.UUID, act: Callable[..., Alert], said: str) -> HttpResponse:
    try:
        act(alert_id, actor_of(request), shown=sent(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("oversight:alert", alert_id)


def _page(request: HttpRequest, found: Alert, form: ResolveForm, status: int = 200) -> HttpResponse:
    entries = LogEntry.objects.filter(pk__in=found.entries).order_by("occurred_at", "id")
    lines = audit.present(list(entries))
    state, reason = alert_selectors.resolved_reason(found)

    def may(action: str) -> bool:
        return ALERTS.allows(found.state, action, actor_of(request), about=found.actor)

    context: dict[str, Any] = {
        "alert": found,
        "form": form,
        "rows": [(line, bytes(line.entry.canonical).decode()) for line in lines],
        "people": people_by_pseudonym({found.actor, found.taken_by, found.resolved_by}),
        "reason": reason,
        "reason_state": state,
        "about_me": found.actor == actor_of(request).pseudonym,
        "may_take": may("take"),
        "may_give_back": may("give back"),
        "may_resolve": may("explain"),
        "may_escalate": may("escalate"),
    }
    return render(request, "oversight/alert.html", context, status=status)


def _found(alert_id: uuid.UUID) -> Alert:
    if (found := Alert.objects.filter(pk=alert_id).first()) is None:
        raise Http404
    return found

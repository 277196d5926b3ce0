"""What one person saw."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.accounts.zones import zone_of
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.oversight import selectors, services
from annotations.oversight.forms import PeriodForm, instants


@require_safe
def person(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Clips that they viewed, by day, what they took out and what they read in the log.

    `before`, the id of an entry, asks for the part of the days that came before it.
    """
    known, last = people_by_pseudonym({pseudonym})[pseudonym], selectors.last_act(pseudonym)
    if not known.username and last is None:
        raise Http404
    zone, form = zone_of(request), PeriodForm(request.GET)
    context: dict[str, Any] = {"form": form, "zone": zone, "person": known}
    if not form.is_valid():
        return render(request, "oversight/person.html", context, status=400)
    before = _before(request)
    moment = last.occurred_at if last else clock.now()
    first_day, last_day = form.days(moment.astimezone(zone).date())
    since, until = instants(first_day, last_day, zone)
    services.record_person_opened(actor_of(request), pseudonym, since, until)
    try:
        found = selectors.viewing_history(pseudonym, since, until, zone, before)
    except LogEntry.DoesNotExist:
        raise Http404 from None
    form = PeriodForm(initial={"since": first_day, "until": last_day})
    period = {"since": f"{since:%Y-%m-%dT%H:%M}", "until": f"{until:%Y-%m-%dT%H:%M}"}
    context |= {
        "form": form,
        "found": found,
        "before": before,
        "beside": selectors.BESIDE,
        "theirs": urlencode({"person": pseudonym, **period}),
    }
    return render(request, "oversight/person.html", context)


def _before(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET["before"]) if request.GET.get("before") else None
    except ValueError:
        raise Http404 from None

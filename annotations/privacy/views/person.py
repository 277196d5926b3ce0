"""What one person saw."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.accounts.middleware import actor_of
from annotations.core import clock

from .. import selectors, services
from ..forms import PeriodForm, instants
from .zone import zone_of


@require_safe
def person(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Clips that they viewed, by day, what they took out and what they read in the log."""
    known, last = selectors.people({pseudonym})[pseudonym], selectors.last_act(pseudonym)
    if not known.username and last is None:
        raise Http404
    zone, form = zone_of(request), PeriodForm(request.GET)
    context = {"form": form, "zone": zone, "person": known}
    if not form.is_valid():
        return render(request, "privacy/person.html", context, status=400)
    moment = last.occurred_at if last else clock.now()
    first_day, last_day = form.days(moment.astimezone(zone).date())
    since, until = instants(first_day, last_day, zone)
    services.note_person(actor_of(request), pseudonym, since, until)
    found = selectors.watching(pseudonym, since, until, zone)
    form = PeriodForm(initial={"since": first_day, "until": last_day})
    return render(request, "privacy/person.html", {**context, "form": form, "found": found})

"""How faces are hidden, with what is known of how well."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.core.errors import DomainError
from annotations.redaction import selectors as redaction
from annotations.redaction.enums import HidingEffect
from annotations.redaction.models import HidingChoice
from annotations.redaction.services import choose_hiding
from annotations.review.hiding_forms import HidingForm
from annotations.review.miss_rates import wilson
from annotations.vision.reidentification import ATTACKED, MOST


@require_http_methods(["GET", "HEAD", "POST"])
def hiding_effect(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        now = redaction.hiding()
        return _page(request, HidingForm(initial={"effect": now.effect, "version": now.version}))
    form = HidingForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 400)
    sent = form.cleaned_data
    try:
        choose_hiding(sent["effect"], sent["reason"], version=sent["version"], actor=actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("review:hiding_effect")
    messages.success(request, _("Chosen. It holds for every pass that is asked for from now on."))
    return redirect("review:hiding_effect")


def _page(request: HttpRequest, form: HidingForm, status: int = 200) -> HttpResponse:
    choices = list(HidingChoice.objects.order_by("-version")[:20])
    low, high = wilson(MOST, ATTACKED)
    context = {
        "form": form,
        "now": HidingEffect(redaction.hiding().effect).label,
        "choices": choices,
        "people": people_by_pseudonym({each.chosen_by for each in choices}),
        "rate": round(100 * MOST / ATTACKED),
        "low": round(100 * low),
        "high": round(100 * high),
        "chance": round(100 / ATTACKED, 1),
        "attacked": ATTACKED,
    }
    return render(request, "review/hiding_effect.html", context, status=status)

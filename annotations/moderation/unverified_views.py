"""The pages of clips that were not verified, for leads: why, by what evidence, and what is to become of them.

Nothing of such a clip is known to be hidden, so nothing of it is shown.
"""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.clips.lookup import clip_or_404
from annotations.clips.models import Clip
from annotations.core.errors import DomainError
from annotations.core.shown import sent
from annotations.moderation import services
from annotations.moderation.forms import DecisionForm
from annotations.redaction import selectors, services as redaction
from annotations.redaction.enums import HeldBecause, UnverifiedState
from annotations.redaction.models import RedactionRun
from annotations.redaction.rules import UNVERIFIED

PAGE = 25


@require_safe
def unverified(request: HttpRequest) -> HttpResponse:
    """The list, by state and reason: those that wait for a lead, by default."""
    state = request.GET.get("state", UnverifiedState.WAITING)
    if state not in UnverifiedState.values:
        state = UnverifiedState.WAITING
    because = request.GET.get("reason", "")
    if because not in HeldBecause.values:
        because = ""
    page = Paginator(selectors.unverified(state, because), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(run, selectors.evidence_of(run)) for run in page.object_list],
        "state": state,
        "states": UnverifiedState.choices,
        "waits": any(transition.source == state for transition in UNVERIFIED),
        "because": because,
        "reasons": HeldBecause.choices,
    }
    return render(request, "moderation/unverified.html", context)


@require_safe
def unverified_clip(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    return _clip(request, clip_or_404(clip_id), DecisionForm())


@require_POST
def try_strictly(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    try:
        redaction.try_strictly(clip_or_404(clip_id), actor_of(request), shown=sent(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Ordered. If it cannot be verified then, it comes back here."))
    return redirect("moderation:unverified")


@require_POST
def discard(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    clip, form = clip_or_404(clip_id), DecisionForm(request.POST)
    if not form.is_valid():
        return _clip(request, clip, form, 400)
    try:
        services.discard(clip, form.cleaned_data["reason"], actor_of(request), shown=sent(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Discarded. Its flag can be dismissed under Flagged."))
    return redirect("moderation:unverified")


def _clip(request: HttpRequest, clip: Clip, form: DecisionForm, status: int = 200) -> HttpResponse:
    run = RedactionRun.objects.filter(clip=clip).order_by("-id").first()
    if run is None or not run.unverified:
        raise Http404
    actor = actor_of(request)
    context = {
        "clip": clip,
        "run": run,
        "evidence": selectors.evidence_of(run),
        "form": form,
        "may_try_strictly": UNVERIFIED.allows(run.unverified, "try strictly", actor) and not run.strict,
        "may_discard": UNVERIFIED.allows(run.unverified, "discard", actor),
    }
    return render(request, "moderation/unverified_clip.html", context, status=status)

"""The owner's receipt: no account, plain language, never a name."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.audit.actors import ANONYMOUS, Actor
from annotations.clips.models import Clip
from annotations.core.errors import DomainError
from annotations.rights import clip_story, receipts, services


@require_safe
@never_cache
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    clip = _clip(token)
    services.record_receipt_shown(clip, _actor(request, clip))
    context = {
        "clip": clip,
        "token": token,
        "story": clip_story.story(clip),
        "staff": actor_of(request) != ANONYMOUS,
    }
    return render(request, "rights/receipt.html", context)


@require_POST
def withdraw_by_receipt(request: HttpRequest, token: str) -> HttpResponse:
    clip = _clip(token)
    if actor_of(request) != ANONYMOUS:
        # Staff give a reason, and are named, at the desk; here the log would take them for the owner.
        messages.error(request, _("You are signed in. Withdraw at the privacy desk, and say why."))
        return redirect("rights:receipt", token)
    try:
        services.withdraw(clip, receipts.owner_of(clip), request.POST.get("reason", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your consent is withdrawn. Nobody can watch the clip any more."))
    return redirect("rights:receipt", token)


def _clip(token: str) -> Clip:
    try:
        return receipts.clip_of(token)
    except DomainError as error:
        raise Http404(error.message) from None


def _actor(request: HttpRequest, clip: Clip) -> Actor:
    """Staff who open the link are named as who they are."""
    actor = actor_of(request)
    return receipts.owner_of(clip) if actor == ANONYMOUS else actor

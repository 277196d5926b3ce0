"""The owner's receipt: no account, plain language, never a name."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.audit.actors import ANONYMOUS, Actor
from annotations.clips.models import Clip
from annotations.core.errors import DomainError
from annotations.rights import clip_story, receipts, services
from annotations.rights.contacts import contacts
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.erased_clips import erasure_of
from annotations.rights.link_previews import fetched_by_program
from annotations.rights.models import Erasure
from annotations.rights.plans import plan
from annotations.rights.scopes import Scope, reach
from annotations.rights.views.erasures import certificate_file, certificate_page

View = Callable[[HttpRequest, str], HttpResponse]


def _says_when_it_is_over(view: View) -> View:
    """A link that has ended answers 410, with what to do about it."""

    @wraps(view)
    def answered(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except receipts.LinkOver:
            return render(request, "rights/receipt_over.html", {"contacts": contacts()}, status=410)

    return answered


@require_safe
@never_cache
@_says_when_it_is_over
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    clip = _clip(token)
    if (actor := _actor(request, clip)) == ANONYMOUS:
        services.record_receipt_fetched(clip)
    else:
        services.record_receipt_shown(clip, actor)
    context = {
        "clip": clip,
        "token": token,
        "story": clip_story.story(clip),
        "staff": actor_of(request) != ANONYMOUS,
        "erasure": erasure_of(clip),
        "contacts": contacts(),
        "opens_until": receipts.opens_until(clip),
    }
    return render(request, "rights/receipt.html", context)


@require_POST
@_says_when_it_is_over
def renew_by_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Ends this link and every other one that was given out, and leads to the new one."""
    clip = _clip(token)
    if actor_of(request) != ANONYMOUS:
        messages.error(request, _("You are signed in. Make a new link on the page of the clip."))
        return redirect("rights:receipt", token)
    services.renew_receipt(clip, receipts.owner_of(clip))
    messages.success(
        request, _("This is your new link: keep its address. The old one opens nothing any more.")
    )
    return redirect("rights:receipt", receipts.token_for(clip))


@require_POST
@_says_when_it_is_over
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


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@_says_when_it_is_over
def erase_by_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Says what erasing the clip means, and begins it."""
    clip = _clip(token)
    if actor_of(request) != ANONYMOUS:
        # As with withdrawing: here the log would take them for the owner.
        messages.error(request, _("You are signed in. Erase at the desk for erasures, and say why."))
        return redirect("rights:receipt", token)
    scope = Scope(ScopeKind.CLIP, str(clip.public_id))
    planned = plan(scope, reach(scope))
    if request.method == "POST":
        try:
            services.request_erasure(scope, receipts.owner_of(clip), ErasureCause.OWNER_ASKED)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Your clip is being erased. Nobody can watch it any more."))
        return redirect("rights:receipt", token)
    services.record_erasure_planned(planned, _actor(request, clip))
    return render(request, "rights/receipt_erase.html", {"clip": clip, "token": token, "plan": planned})


@require_safe
@never_cache
@_says_when_it_is_over
def receipt_certificate(request: HttpRequest, token: str) -> HttpResponse:
    """The certificate of the clip's erasure, as a page."""
    clip = _clip(token)
    context = {"token": token, "desk": False}
    return certificate_page(request, _erasure(clip), _actor(request, clip), context)


@require_safe
@never_cache
@_says_when_it_is_over
def receipt_certificate_file(request: HttpRequest, token: str) -> HttpResponse:
    """The certificate with its proof, for whoever verifies it offline."""
    clip = _clip(token)
    try:
        return certificate_file(_erasure(clip), _actor(request, clip))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("rights:receipt", token)


def _erasure(clip: Clip) -> Erasure:
    if (erasure := erasure_of(clip)) is None:
        raise Http404
    return erasure


def _clip(token: str) -> Clip:
    try:
        return receipts.clip_of(token)
    except receipts.LinkOver:
        raise
    except DomainError as error:
        raise Http404(error.message) from None


def _actor(request: HttpRequest, clip: Clip) -> Actor:
    """Staff who open the link are named as who they are, and a program that fetches it is not the owner."""
    actor = actor_of(request)
    if actor != ANONYMOUS or fetched_by_program(request):
        return actor
    return receipts.owner_of(clip)

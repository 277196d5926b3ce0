"""The pages on which a region that hides no face is unredacted: a lead asks, somebody else decides."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.models import User
from annotations.clips import gate
from annotations.clips.enums import Purpose
from annotations.clips.models import Clip
from annotations.core.errors import DomainError
from annotations.core.shown import sent
from annotations.redaction import selectors, services
from annotations.redaction.enums import UnredactionState
from annotations.redaction.forms import AskForm, ReasonForm
from annotations.redaction.models import HiddenTrack, Rendition, Unredaction
from annotations.redaction.rules import UNREDACTIONS

PAGE = 25


@require_safe
def unredactions(request: HttpRequest) -> HttpResponse:
    """The requests in one state: those that wait for a second person, by default."""
    state = request.GET.get("state", UnredactionState.ASKED)
    if state not in UnredactionState.values:
        state = UnredactionState.ASKED
    page = Paginator(selectors.unredactions(state), PAGE).get_page(request.GET.get("page"))
    rows = selectors.asked_because(page.object_list)
    context = {"page": page, "rows": rows, "state": state, "states": UnredactionState.choices}
    return render(request, "redaction/unredactions.html", context)


@require_safe
def regions(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    """The hidden regions of a clip, each on a picture of the rendition."""
    return _regions(request, _clip(clip_id), AskForm())


@require_POST
def ask(request: HttpRequest, clip_id: uuid.UUID) -> HttpResponse:
    clip, form = _clip(clip_id), AskForm(request.POST)
    if not form.is_valid():
        return _regions(request, clip, form, 400)
    sent = form.cleaned_data
    try:
        unredaction = services.ask_for_unredaction(clip, sent["number"], sent["reason"], _person(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("redaction:regions", clip_id)
    messages.success(request, _("Asked. Another lead or a privacy officer has to agree."))
    return redirect("redaction:unredaction", unredaction.pk)


@require_GET
def region_picture(request: HttpRequest, clip_id: uuid.UUID, number: int) -> HttpResponse:
    """A track of the current rendition, on the frame in its middle."""
    clip = _clip(clip_id)
    if (rendition := _viewable(clip)) is None:
        raise Http404
    track = get_object_or_404(HiddenTrack, run=rendition.run_id, number=number)
    frames = sorted(map(int, track.boxes))
    shown = selectors.shown_frame(rendition, frames[len(frames) // 2])
    return _picture(lambda: services.serve_region(clip, track, shown, actor_of(request)))


@require_safe
def unredaction(request: HttpRequest, unredaction_id: uuid.UUID) -> HttpResponse:
    return _unredaction(request, _found(unredaction_id), ReasonForm())


@require_GET
def unredaction_picture(request: HttpRequest, unredaction_id: uuid.UUID) -> HttpResponse:
    """What was asked for, on the frame on which it was asked for, as the rendition shows it now."""
    found = _found(unredaction_id)
    return _picture(lambda: services.serve_region(found.clip, found, found.frame, actor_of(request)))


@require_POST
def decide(request: HttpRequest, unredaction_id: uuid.UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _unredaction(request, _found(unredaction_id), form, 400)
    action, reason = request.POST.get("decision", ""), form.cleaned_data["reason"]
    return _done(
        request,
        unredaction_id,
        lambda: services.decide_unredaction(
            unredaction_id, action, reason, _person(request), shown=sent(request)
        ),
    )


@require_POST
def take_back(request: HttpRequest, unredaction_id: uuid.UUID) -> HttpResponse:
    return _done(
        request,
        unredaction_id,
        lambda: services.take_back_unredaction(unredaction_id, _person(request), shown=sent(request)),
    )


@require_POST
def hide_again(request: HttpRequest, unredaction_id: uuid.UUID) -> HttpResponse:
    return _done(
        request,
        unredaction_id,
        lambda: services.hide_again(unredaction_id, _person(request), shown=sent(request)),
    )


def _regions(request: HttpRequest, clip: Clip, form: AskForm, status: int = 200) -> HttpResponse:
    rendition = _viewable(clip)
    tracks = HiddenTrack.objects.filter(run=rendition.run_id).order_by("number") if rendition else []
    asked = Unredaction.objects.select_related("clip", "asked_by").filter(clip=clip).order_by("-asked_at")
    context = {
        "clip": clip,
        "form": form,
        "rendition": rendition,
        "tracks": [(track, len(track.boxes) / rendition.frame_rate) for track in tracks] if rendition else [],
        "unredactions": selectors.asked_because(asked),
    }
    return render(request, "redaction/regions.html", context, status=status)


def _unredaction(
    request: HttpRequest, found: Unredaction, form: ReasonForm, status: int = 200
) -> HttpResponse:
    ((_found, reason),) = selectors.asked_because([found])

    def may(action: str) -> bool:
        return UNREDACTIONS.allows(found.state, action, actor_of(request), asked_by=found.asked_by.pseudonym)

    context = {
        "unredaction": found,
        "reason": reason,
        "form": form,
        "shown": _viewable(found.clip) is not None,
        "may_take_back": may("take back"),
        "may_decide": may("approve"),
        "may_hide_again": may("hide again"),
    }
    return render(request, "redaction/unredaction.html", context, status=status)


def _done(request: HttpRequest, unredaction_id: uuid.UUID, act: Callable[[], Unredaction]) -> HttpResponse:
    try:
        found = act()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The request is now: %(state)s.") % {"state": found.get_state_display()})
    return redirect("redaction:unredaction", unredaction_id)


def _picture(make: Callable[[], bytes]) -> HttpResponse:
    try:
        picture = make()
    except DomainError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _person(request: HttpRequest) -> User:
    return get_object_or_404(User, pk=request.user.pk)


def _viewable(clip: Clip) -> Rendition | None:
    """The clip's rendition, while the gate lets people see it."""
    rendition = Rendition.objects.select_related("run").filter(clip=clip, current=True).first()
    return rendition if rendition and gate.allows(clip.pk, Purpose.LABELING) else None


def _clip(clip_id: uuid.UUID) -> Clip:
    return get_object_or_404(Clip.objects.select_related("owner"), public_id=clip_id)


def _found(unredaction_id: uuid.UUID) -> Unredaction:
    return get_object_or_404(
        Unredaction.objects.select_related("clip__owner", "asked_by", "decided_by"), pk=unredaction_id
    )

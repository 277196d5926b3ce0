"""The pages of the queue: a reviewer's home and workbench."""

import uuid
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from annotations.accounts.models import User
from annotations.core import reasons
from annotations.core.errors import Conflict, DomainError, Missing
from annotations.review import home as home_page, selectors, services, workbench as workbench_page
from annotations.review.services.leases import waits
from annotations.review.services.support import require_lease


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a reviewer starts: what to resume, what waits, what became of their work."""
    return render(request, "review/home.html", home_page.present(_reviewer(request)))


@require_POST
def next_clip(request: HttpRequest) -> HttpResponse:
    """Opens the clip to label now."""
    try:
        assignment = services.next_clip(_reviewer(request))
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("review:home")
    if address := workbench_page.address(assignment):
        return redirect(address)
    messages.info(request, _("No clip waits for you now. New ones appear as soon as their faces are hidden."))
    return redirect("review:home")


@require_POST
def resume(request: HttpRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """Takes up a clip that came back to the person, or that they did not finish in time."""
    try:
        assignment = services.resume(_reviewer(request), assignment_id)
    except Missing as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("review:home")
    return redirect("review:workbench", assignment.public_id)


@require_GET
@never_cache
def workbench(request: HttpRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """The labeling page of a clip that the person has in hand. Looking at it takes nothing: see `resume`."""
    assignment = selectors.own(_reviewer(request), assignment_id)
    if assignment is None:
        raise Http404
    if waits(assignment):
        messages.info(request, _("That clip is not open now. What you can take up again is listed here."))
        return redirect("review:home")
    try:
        require_lease(assignment)
        context = {"workbench": workbench_page.present(assignment), "longest_note": reasons.LONGEST}
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("review:home")
    return render(request, "review/workbench.html", context)


def _reviewer(request: HttpRequest) -> User:
    return cast(User, request.user)  # the permission matrix lets nobody else in

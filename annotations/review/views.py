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
from annotations.core.errors import DomainError, Missing

from . import home as home_page, services, workbench as workbench_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a reviewer starts: what to resume, what waits, what became of their work."""
    return render(request, "review/home.html", home_page.present(_reviewer(request)))


@require_POST
def next_clip(request: HttpRequest) -> HttpResponse:
    """Opens the clip to label now."""
    assignment = services.next_clip(_reviewer(request))
    if address := workbench_page.address(assignment):
        return redirect(address)
    messages.info(request, _("No clip waits for you now. New ones appear as soon as their faces are hidden."))
    return redirect("review:home")


@require_GET
@never_cache
def workbench(request: HttpRequest, assignment_id: uuid.UUID) -> HttpResponse:
    """The labeling page. Opening it gives the person time for the clip, also when it came back to them."""
    try:
        assignment = services.resume(_reviewer(request), assignment_id)
        context = {"workbench": workbench_page.present(assignment)}
    except Missing as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("review:home")
    return render(request, "review/workbench.html", context)


def _reviewer(request: HttpRequest) -> User:
    return cast(User, request.user)  # the permission matrix lets nobody else in

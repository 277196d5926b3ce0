"""The page of what keeps clips out: the policy's table, lists of known content, and what is remembered."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.core.errors import DomainError
from annotations.core.models import RunState
from annotations.moderation import known, selectors, services
from annotations.moderation.enums import FlagCategory
from annotations.moderation.forms import HashListForm
from annotations.moderation.models import Fingerprint
from annotations.moderation.policy import RULES, VERSION


@require_safe
def screening(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx the part of it that moves."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "moderation/_rechecks.html", _rechecks())
    return _page(request, HashListForm())


@require_POST
def add_list(request: HttpRequest) -> HttpResponse:
    form = HashListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=400)
    uploaded = form.cleaned_data["file"]
    try:
        made = services.add_list(form.description(), uploaded.file, uploaded.size, actor_of(request))
    except DomainError as error:
        form.add_error("file", error.message)
        return _page(request, form, status=error.status)
    messages.success(
        request,
        _("“%(name)s” is in force: %(count)s hashes, %(left_out)s left out for their quality.")
        % {"name": made.name, "count": f"{made.count:,}", "left_out": f"{made.left_out:,}"},
    )
    return redirect("moderation:screening")


@require_POST
def remove_list(request: HttpRequest, list_id: uuid.UUID) -> HttpResponse:
    try:
        gone = services.remove_list(list_id, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("“%(name)s” and its hashes are removed.") % {"name": gone.name})
    return redirect("moderation:screening")


@require_POST
def recheck_again(request: HttpRequest, recheck_id: uuid.UUID) -> HttpResponse:
    try:
        services.recheck_again(recheck_id, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It goes on where it was stopped."))
    return redirect("moderation:screening")


def _rechecks() -> dict[str, Any]:
    found = selectors.rechecks()
    unfinished = (RunState.QUEUED, RunState.RUNNING)
    return {"rechecks": found, "under_way": any(run.state in unfinished for run in found)}


def _page(request: HttpRequest, form: HashListForm, status: int = 200) -> HttpResponse:
    labels: dict[str, Any] = dict(FlagCategory.choices)
    context = {
        "rules": [(rule, labels[rule.category]) for rule in RULES],
        "version": VERSION,
        "nudenet": settings.SCREENING_NUDENET,
        "classifiers": len(settings.SCREENING_CLASSIFIERS),
        "lists": known.lists(),
        "fingerprints": Fingerprint.objects.count(),
        "discarded": known.discarded().count(),
        "days": settings.KNOWN_CONTENT_DAYS,
        "form": form,
        **_rechecks(),
    }
    return render(request, "moderation/screening.html", context, status=status)

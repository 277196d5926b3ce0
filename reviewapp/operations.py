"""The operators' page: where every clip stands, what failed, and why. No content of clips."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.roles import role_name
from annotations.accounts.selectors import keys_ending_soon
from annotations.audit.integrity.status import integrity
from annotations.clips.enums import HoldReason
from annotations.clips.intake import has_second_opinion
from annotations.clips.models import Clip, Hold
from annotations.core.errors import DomainError
from annotations.core.models import Outbox, RunState
from annotations.outgoing.selectors import dead_messages
from annotations.redaction import services as redaction
from annotations.redaction.models import Outcome, RedactionRun
from annotations.rights.contacts import unstated


@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx the part of it that moves."""
    held = held_by_reason()
    runs = RedactionRun.objects.select_related("clip")
    context = {
        "clips": Clip.objects.count(),
        "holds": [(label, held.get(value, 0)) for value, label in HoldReason.choices if held.get(value)],
        "waiting": runs.filter(state=RunState.QUEUED).count(),
        "events": Outbox.objects.filter(delivered_at=None).count(),
        "log": integrity(),
        "second_opinion": has_second_opinion(),
        "unstated": unstated(),
        "messages_given_up": dead_messages().count(),
        "running": runs.filter(state=RunState.RUNNING).order_by("created_at"),
        "stuck": stuck()[:50],
        "keys_ending": keys_ending_soon(),
        "allowed_networks": [
            (role_name(role), networks) for role, networks in sorted(settings.ALLOWED_NETWORKS.items())
        ],
        "recent": Paginator(runs.order_by("-id"), 25).get_page(request.GET.get("page")),
    }
    template = "operations/_live.html" if request.htmx else "operations/index.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
def retry(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = get_object_or_404(stuck(), pk=run_id)
    try:
        redaction.retry(run, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Started again."))
    return redirect("operations")


def held_by_reason() -> dict[str, int]:
    """How many clips are held, by the code of the reason."""
    holds = Hold.objects.filter(released_at=None).values_list("reason")
    return dict(holds.annotate(count=Count("id")).order_by())


def stuck() -> QuerySet[RedactionRun]:
    """The last run of each clip that is held because its pass failed or could not be verified."""
    reasons = [HoldReason.REDACTION_FAILED, HoldReason.REDACTION_UNVERIFIED]
    held = Hold.objects.filter(reason__in=reasons, released_at=None).values("clip")
    failed = RedactionRun.objects.filter(state=RunState.FAILED) | RedactionRun.objects.filter(
        outcome=Outcome.EXPOSED
    )
    return failed.filter(clip__in=held).select_related("clip").order_by("-id")

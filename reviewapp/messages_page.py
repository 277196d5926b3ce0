"""The operators' page of what leaves the site: each target, what waits for it, and what could not be sent."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.core.errors import DomainError
from annotations.outgoing import services
from annotations.outgoing.selectors import counts_by_target, dead_messages
from annotations.outgoing.targets import targets, topics_of


@require_safe
def outgoing_messages(request: HttpRequest) -> HttpResponse:
    counts = counts_by_target()
    known = targets()
    context = {
        "targets": [
            {
                "target": each,
                "topics": [topic.label for topic in topics_of(each.name)],
                "counts": counts.get(each.name),
            }
            for each in known.values()
        ],
        # People, and targets that the settings do not name any more.
        "others": [
            row for name, row in counts.items() if name not in known and (row["waiting"] or row["dead"])
        ],
        "dead": Paginator(dead_messages(), 25).get_page(request.GET.get("page")),
    }
    return render(request, "operations/messages.html", context)


@require_POST
def send_again(request: HttpRequest, message: uuid.UUID) -> HttpResponse:
    try:
        services.send_again(message, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is tried again."))
    return redirect("outgoing_messages")


@require_POST
def try_target(request: HttpRequest, target: str) -> HttpResponse:
    try:
        services.try_target(target, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("A message is on its way. Load the page again to see whether it left."))
    return redirect("outgoing_messages")

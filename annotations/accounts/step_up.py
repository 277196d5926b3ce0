"""Acts and downloads for which somebody has to show anew that they are there: the column `step_up` of the matrix.

A stolen session, or a screen that was left, is then no help. Programs with a key are not asked.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from annotations.accounts import sessions
from annotations.accounts.matrix import StepUp, matrix
from annotations.accounts.models import User
from annotations.accounts.views.step_up import ask

Handler = Callable[[HttpRequest], HttpResponse]


class StepUpMiddleware:
    """Asks before the view runs, and after CSRF was checked: what a form sent is kept, and sent again afterwards."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        when = needed(request)
        if when is StepUp.NEVER or getattr(request, "authenticated_by_key", False):
            return None
        if not isinstance(request.user, User):
            return None  # a receipt's page, which strangers have by its link
        if sessions.is_fresh(request.session):
            if when is StepUp.DOWNLOAD:
                sessions.begin_download(request.session, request.path)
            return None
        part = when is StepUp.DOWNLOAD and "Range" in request.headers
        if part and sessions.has_begun_download(request.session, request.path):
            return None
        if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
            message = "Confirm on a page of the site that it is you, and send this again."
            return JsonResponse({"code": "step_up_needed", "message": message}, status=403)
        return ask(request)


def needed(request: HttpRequest) -> StepUp:
    """What the route of this request asks of a session, by the matrix."""
    match, method = request.resolver_match, request.method or ""
    rule = matrix().rules.get((match.view_name if match else "", "GET" if method == "HEAD" else method))
    return rule.step_up if rule else StepUp.NEVER

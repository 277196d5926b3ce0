"""What is answered while something that it needs does not, or while nothing may be served."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from annotations.core.errors import DomainError
from reviewapp import readiness

UNAVAILABLE = 503
ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz"})
RETRY_AFTER = "10"


class NotReadyMiddleware:
    """Answers 503 to everything while the database does not know what the journal tells (`annotations.audit.journal`).

    Stands before sessions: who is signed in, and who may do what, is not to be believed either then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in ALWAYS_ANSWERED and (why := readiness.why_nothing_is_served()):
            response = self._refuse(request, why)
            response["Retry-After"] = RETRY_AFTER
            response["Cache-Control"] = "no-store"
            return response
        return self.get_response(request)

    def _refuse(self, request: HttpRequest, why: readiness.Reason) -> HttpResponse:
        if request.path.startswith("/api/"):
            return JsonResponse(why.as_dict(), status=UNAVAILABLE)
        return render(request, "errors/503.html", {"message": why.message}, status=UNAVAILABLE)


class UnavailableMiddleware:
    """Answers 503 with a page, as the API does with a code, where a view found no way around it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError) and exception.status == UNAVAILABLE:
            return render(request, "errors/503.html", {"message": exception.message}, status=UNAVAILABLE)
        return None

"""What a page answers while something that it needs does not."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotations.core.errors import DomainError

UNAVAILABLE = 503


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

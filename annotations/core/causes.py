"""What caused an act: the request under which it was done, or that a worker's task goes back to.

Every request has an id of the site's own making. The entries that are written under it name it, the events carry it,
and the tasks that these events wake work under it. A task that no event woke (a sweep, a clock) works under its own id.
"""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# The name of the message header of a task.
MESSAGE_HEADER = "cause"
_NAME = "request_id"


class RequestIdMiddleware:
    """Tells the request's id in the response, for whoever reports a problem.

    django-structlog, which stands before it, makes the id. It takes none from the caller: that would be text of
    theirs on the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cause = current()
        response = self.get_response(request)
        response[HEADER] = cause
        return response


def current() -> str:
    """The id of what is being done now; empty outside of requests and tasks."""
    return str(structlog.contextvars.get_contextvars().get(_NAME, ""))


def begin(cause: str) -> None:
    """From now on this process works because of `cause`."""
    structlog.contextvars.bind_contextvars(**{_NAME: cause})


def end() -> None:
    structlog.contextvars.unbind_contextvars(_NAME)

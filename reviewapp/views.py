"""Pages that belong to the site as a whole."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from annotations.accounts.context import navigation
from annotations.core import health
from reviewapp import readiness


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each role's first page: the first in its top bar."""
    pages = navigation(request)["navigation"].pages
    return redirect(pages[0].url) if pages else render(request, "errors/403.html", status=403)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database and the storages answer, else 503; tells nothing more to strangers."""
    healthy = health.healthy()
    return JsonResponse({"status": "ok" if healthy else "unavailable"}, status=200 if healthy else 503)


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything works, else 503 with stable codes that say what does not; nothing of anybody."""
    reasons = readiness.reasons()
    told = {"status": "not ready" if reasons else "ready", "reasons": [each.as_dict() for each in reasons]}
    return JsonResponse(told, status=503 if reasons else 200)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    request.csrf_refused = True  # type: ignore[attr-defined]  # `PermissionMiddleware` puts it on the log
    if request.path.startswith("/api/"):
        message = "The page was open for too long, or you signed in somewhere else meanwhile. Load it again."
        return JsonResponse({"code": "csrf_failed", "message": message}, status=403)
    return render(request, "errors/csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _error(request, 413, "too_large", "The request is larger than this site takes.")
    return _error(request, 400, "bad_request", "The request could not be understood.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404, "not_found", "There is nothing here.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, "not_allowed", "You may not do this.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(
        request, 500, "server_error", "Something broke on our side. Nothing that was saved is lost."
    )


def _error(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": message}, status=status)
    return render(request, f"errors/{status}.html", status=status)

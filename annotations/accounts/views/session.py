"""How long the session of a page still lasts."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from annotations.accounts import sessions
from annotations.accounts.middleware import signed_in


@require_safe
def time_left(request: HttpRequest) -> JsonResponse:
    """Seconds. A page asks when its reader has done something since: to ask is to be there."""
    return JsonResponse({"seconds": sessions.seconds_left(request.session, signed_in(request).role)})

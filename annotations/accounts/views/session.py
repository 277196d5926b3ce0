"""How long the session of a page still lasts, and whose it is."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from annotations.accounts import sessions
from annotations.accounts.middleware import signed_in


@require_safe
def time_left(request: HttpRequest) -> JsonResponse:
    """Seconds, and the person's pseudonym: a page is its reader's only. It asks when they have done something since:
    to ask is to be there.
    """
    user = signed_in(request)
    seconds = sessions.seconds_left(request.session, user.role)
    return JsonResponse({"seconds": seconds, "person": user.pseudonym})

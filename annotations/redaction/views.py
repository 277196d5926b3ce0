"""The bytes of renditions."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from annotations.redaction.delivery import MEDIA


@require_GET
def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """The rendition that the token opens. The delivery is on the log before the first byte leaves."""
    return MEDIA.serve(request, token)

"""The bytes of renditions."""

from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from annotations.core.errors import DomainError
from annotations.core.http import ranged_response
from annotations.redaction.delivery import admit


@require_GET
def media(request: HttpRequest, token: str) -> HttpResponseBase:
    """The rendition that the token opens. The delivery is on the log before the first byte leaves."""
    try:
        rendition = admit(request, token)
    except DomainError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
    response: HttpResponseBase
    if settings.MEDIA_X_ACCEL:
        response = HttpResponse(content_type="video/mp4")
        response["X-Accel-Redirect"] = f"/protected/renditions/{quote(rendition.name)}"
    else:
        file = storages["renditions"].open(rendition.name)
        response = ranged_response(file, rendition.bytes, "video/mp4", request.headers.get("Range", ""))
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = "inline"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

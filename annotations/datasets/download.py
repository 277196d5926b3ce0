"""The bytes of a release's file."""

from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.text import slugify

from annotations.accounts.middleware import actor_of
from annotations.core.http import ranged_response
from annotations.datasets import services
from annotations.datasets.exports import registry
from annotations.datasets.models import Release


def download(
    request: HttpRequest, release: Release, format_code: str
) -> HttpResponse | StreamingHttpResponse:
    """The file or the range asked for; raises what `services.deliver` raises."""
    file = services.deliver(release, format_code, actor_of(request))
    stored = storages["exports"].open(file.name, "rb")
    response = ranged_response(
        stored, file.bytes, registry.content_type(file.format), request.headers.get("Range", "")
    )
    suffix = file.name.rsplit(".", 1)[-1]
    name = f"{slugify(release.dataset.name) or 'dataset'}-{release.number}-{file.format}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = f'"{file.sha256}"'
    response["Cache-Control"] = "no-store"
    return response

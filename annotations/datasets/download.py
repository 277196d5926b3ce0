"""The bytes of a release's file."""

from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.text import slugify

from annotations.accounts.middleware import actor_of
from annotations.core.http import range_asked, ranged_response
from annotations.datasets import selectors, services
from annotations.datasets.exports import registry
from annotations.datasets.exports.manifest import Manifest
from annotations.datasets.models import Release


def manifest_now(request: HttpRequest, release: Release) -> StreamingHttpResponse:
    """The manifest as it is since items were erased; raises what `services.reissue_manifest` raises."""
    services.reissue_manifest(release, actor_of(request))
    response = StreamingHttpResponse(selectors.manifest_now(release), content_type=Manifest.content_type)
    name = f"{slugify(release.dataset.name) or 'dataset'}-{release.number}-manifest.{Manifest.suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def download(
    request: HttpRequest, release: Release, format_code: str
) -> HttpResponse | StreamingHttpResponse:
    """The file or the range asked for; raises what `services.deliver` raises."""
    file = services.deliver(release, format_code, actor_of(request))
    try:
        stored = storages["exports"].open(file.name, "rb")
    except FileNotFoundError:
        # It went while its entry was sealed: asked again, the gate says why, and the log that nothing was sent.
        services.deliver(release, format_code, actor_of(request))
        raise
    etag = f'"{file.sha256}"'
    response = ranged_response(
        stored, file.bytes, registry.content_type(file.format), range_asked(request, etag)
    )
    suffix = file.name.rsplit(".", 1)[-1]
    name = f"{slugify(release.dataset.name) or 'dataset'}-{release.number}-{file.format}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    return response

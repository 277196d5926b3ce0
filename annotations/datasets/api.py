"""Releases for programs: where one stands, and its files."""

import uuid

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.datasets import presentation
from annotations.datasets.download import download
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.models import Release


class ReleaseDetail(APIView):
    """`GET`: the release's state, digests, counts, and the clips in it that may not be used any more."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, release_id: uuid.UUID) -> Response:
        return Response(presentation.as_json(_release(release_id)))


class ReleaseFile(APIView):
    """`GET`: a file of the release, `Range` honoured. 409 `release_withdrawn` names the clips that stop it."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "format_code",
                OpenApiTypes.STR,
                OpenApiParameter.PATH,
                enum=[exporter.code for exporter in EXPORTERS],
            )
        ],
        responses={(200, exporter.content_type): OpenApiTypes.BINARY for exporter in EXPORTERS},
    )
    def get(
        self, request: Request, release_id: uuid.UUID, format_code: str
    ) -> HttpResponse | StreamingHttpResponse:
        return download(request._request, _release(release_id), format_code)


def _release(release_id: uuid.UUID) -> Release:
    return get_object_or_404(Release.objects.select_related("dataset"), pk=release_id)

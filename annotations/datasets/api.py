"""Releases for programs: where one stands, its files, and what of them is to be deleted."""

import uuid

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.accounts.middleware import actor_of
from annotations.core.schema import answer
from annotations.datasets import presentation, selectors, services
from annotations.datasets.answers import Confirmed, ReleaseAnswer
from annotations.datasets.download import download
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.forms import MOST_REQUESTS
from annotations.datasets.models import Release
from annotations.datasets.serializers import ConfirmDeletionsSerializer, DeletionRequestSerializer


class ReleaseDetail(APIView):
    """`GET`: the release's state, digests, counts, and the clips in it that may not be used any more."""

    @extend_schema(responses={200: answer(ReleaseAnswer)})
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


class DeletionRequests(APIView):
    """`GET`: what the caller downloaded, was asked to delete since it was erased, and has not answered yet."""

    @extend_schema(responses=DeletionRequestSerializer(many=True))
    def get(self, request: Request) -> Response:
        asked = selectors.open_deletions(actor_of(request._request).pseudonym)[:MOST_REQUESTS]
        return Response(DeletionRequestSerializer(asked, many=True).data)


class ConfirmDeletions(APIView):
    """`POST`: what became of the caller's copies. 404 `no_such_request`, 409 `already_confirmed`."""

    @extend_schema(
        request=ConfirmDeletionsSerializer,
        responses={200: answer(Confirmed)},
    )
    def post(self, request: Request) -> Response:
        sent = ConfirmDeletionsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        confirmed = services.confirm_deletions(
            data["requests"], data["statement"], data["reason"], actor_of(request._request)
        )
        return Response({"confirmed": len(confirmed)})


def _release(release_id: uuid.UUID) -> Release:
    return get_object_or_404(Release.objects.select_related("dataset"), pk=release_id)

"""The API for submitters: clips, and what is known of their cameras."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.accounts.middleware import actor_of, signed_in
from annotations.clips import selectors
from annotations.clips.answers import Received
from annotations.clips.camera_rules import as_stated
from annotations.clips.rules import DeviceReferences
from annotations.clips.serializers import CameraSerializer, DeviceSerializer, SubmissionSerializer
from annotations.clips.services import receive, set_submitters_camera
from annotations.core.errors import Invalid, Missing
from annotations.core.schema import answer


class Clips(APIView):
    """`POST`: one clip, with the consent that it was given under."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": SubmissionSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={201: answer(Received), 200: answer(Received)},
    )
    def post(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip() or None
        if key and len(key) > 200:
            raise Invalid("idempotency_key_too_long", "The Idempotency-Key has at most 200 characters.")
        serializer = SubmissionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        clip, created = receive(
            signed_in(request._request),
            actor_of(request._request),
            serializer.validated_data["file"].file,
            serializer.reception(key),
        )
        body = {"id": str(clip.public_id), "consent": str(clip.consent_id)}
        return Response(body, status=201 if created else 200)


class CameraOfDevice(APIView):
    """`GET`: what is known of a camera of the submitter's own. `PUT`: states it anew, whole."""

    @extend_schema(parameters=[DeviceSerializer], responses=CameraSerializer)
    def get(self, request: Request) -> Response:
        device = selectors.submitters_device(signed_in(request._request), _references(request))
        if device is None:
            raise Missing("not_found", "There is no such camera among yours.")
        return Response(as_stated(selectors.camera_of(device)))

    @extend_schema(parameters=[DeviceSerializer], request=CameraSerializer, responses=CameraSerializer)
    def put(self, request: Request) -> Response:
        asked = request._request
        camera = set_submitters_camera(signed_in(asked), actor_of(asked), _references(request), request.data)
        return Response(as_stated(camera))


def _references(request: Request) -> DeviceReferences:
    serializer = DeviceSerializer(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return DeviceReferences(**serializer.validated_data)

"""The intake API for submitters."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.accounts.middleware import actor_of, signed_in
from annotations.clips.serializers import SubmissionSerializer
from annotations.clips.services import receive
from annotations.core.errors import Invalid


class Clips(APIView):
    """`POST`: one clip, with the consent that it was given under."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": SubmissionSerializer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={201: {"type": "object", "properties": {"id": {"type": "string"}}}},
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

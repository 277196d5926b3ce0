"""What the intake API takes."""

from typing import Any

from rest_framework import serializers

from annotations.clips.camera_rules import LEAST_CORNERS, MOST_CORNERS, MOST_ZONES, stated_camera
from annotations.clips.models import Device
from annotations.clips.rules import HIGHEST_STATED_RATE, LOWEST_STATED_RATE, consent_terms
from annotations.clips.services import Reception
from annotations.core import clock
from annotations.vision.camera import Camera


class PurposesField(serializers.CharField):
    """`training,troubleshooting`, in any order."""

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        return [part.strip() for part in super().to_internal_value(data).split(",") if part.strip()]


class DeviceSerializer(serializers.Serializer[Device]):
    """The submitter's own references of a camera, in the query of the address."""

    owner = serializers.CharField(max_length=200)
    device = serializers.CharField(max_length=200)


class CameraSerializer(serializers.Serializer[Camera]):
    """For the schema: `clips.camera_rules` checks what is stated and says what is wrong with it."""

    quarter_turns = serializers.IntegerField(required=False, default=0, min_value=0, max_value=3)
    aspect = serializers.CharField(
        required=False, allow_null=True, help_text="The picture's shape, like 16:9."
    )
    zones = serializers.ListField(
        child=serializers.ListField(
            child=serializers.ListField(child=serializers.FloatField(min_value=0, max_value=1)),
            min_length=LEAST_CORNERS,
            max_length=MOST_CORNERS,
        ),
        required=False,
        max_length=MOST_ZONES,
        help_text="Polygons of corners [x, y] in shares of the upright picture.",
    )
    version = serializers.IntegerField(read_only=True)


class SubmissionSerializer(serializers.Serializer[Reception]):
    file = serializers.FileField(allow_empty_file=True)
    owner = serializers.CharField(max_length=200)
    device = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    camera = serializers.JSONField(required=False, default=None, binary=True)
    recorded_at = serializers.DateTimeField(required=False, default=None)
    accept_partial = serializers.BooleanField(
        required=False, default=False, help_text="Take what decodes of a cut or damaged file."
    )
    frame_rate = serializers.FloatField(
        required=False,
        default=None,
        allow_null=True,
        min_value=LOWEST_STATED_RATE,
        max_value=HIGHEST_STATED_RATE,
        help_text="Frames a second of a bare stream (.h264, .h265), which has no time stamps.",
    )
    notice_version = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    purposes = PurposesField(required=False, default="", allow_blank=True)
    granted_at = serializers.DateTimeField(required=False, default=None)
    until = serializers.DateTimeField(required=False, default=None)

    def reception(self, idempotency_key: str | None) -> Reception:
        """The validated request; Invalid when the consent is missing or contradicts itself."""
        data = self.validated_data
        consent = consent_terms(
            notice_version=data["notice_version"],
            purposes=data["purposes"] or [],
            granted_at=data["granted_at"],
            until=data["until"],
            now=clock.now(),
        )
        return Reception(
            filename=data["file"].name,
            size=data["file"].size,
            consent=consent,
            owner=data["owner"],
            device=data["device"],
            camera=None if data["camera"] is None else stated_camera(data["camera"]),
            recorded_at=data["recorded_at"],
            accept_partial=data["accept_partial"],
            frame_rate=data["frame_rate"],
            idempotency_key=idempotency_key,
        )

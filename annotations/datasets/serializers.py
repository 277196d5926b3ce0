"""What the API takes and gives of requests to delete what was erased."""

from rest_framework import serializers

from annotations.datasets.enums import DeletionStatement
from annotations.datasets.forms import MOST_REQUESTS
from annotations.datasets.models import DeletionRequest


class DeletionRequestSerializer(serializers.ModelSerializer[DeletionRequest]):
    """A request: `commitment` names the item in the manifest of `release`, `clip` in the other files."""

    release = serializers.UUIDField(source="item.release_id")
    commitment = serializers.CharField(source="item.commitment")
    clip = serializers.UUIDField(source="item.clip.public_id")
    downloaded_at = serializers.DateTimeField(source="download.at")

    class Meta:
        model = DeletionRequest
        fields = ("id", "release", "commitment", "clip", "downloaded_at", "asked_at", "reminded_at")


class ConfirmDeletionsSerializer(serializers.Serializer[None]):
    """`reason` is needed with the statement `cannot`."""

    requests = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_REQUESTS, allow_empty=False
    )
    statement = serializers.ChoiceField(choices=DeletionStatement.choices)
    reason = serializers.CharField(required=False, allow_blank=True, default="")

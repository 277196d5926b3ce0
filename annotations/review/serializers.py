"""What the labeling API takes."""

from rest_framework import serializers

from annotations.redaction.enums import HiddenKind
from annotations.redaction.missed_regions import MOST_REGIONS_OF_REPORT
from annotations.review.rules import MAX_RANGES

_MAX_REVISION = 2**31 - 1


class ClaimSerializer(serializers.Serializer[None]):
    """`current` is the assignment on screen, when there is one: the answer is another."""

    current = serializers.UUIDField(required=False, allow_null=True, default=None)


class DraftSerializer(serializers.Serializer[None]):
    revision = serializers.IntegerField(min_value=0, max_value=_MAX_REVISION)
    body = serializers.JSONField()


class SubmitSerializer(serializers.Serializer[None]):
    revision = serializers.IntegerField(
        min_value=0, max_value=_MAX_REVISION, required=False, allow_null=True, default=None
    )
    body = serializers.JSONField()


class SkipSerializer(serializers.Serializer[None]):
    reason = serializers.CharField(max_length=48)
    note = serializers.CharField(required=False, allow_blank=True, default="")


class FlagSerializer(serializers.Serializer[None]):
    category = serializers.CharField(max_length=32)
    note = serializers.CharField(required=False, allow_blank=True, default="")


class RegionSerializer(serializers.Serializer[None]):
    frame = serializers.IntegerField(min_value=0)
    box = serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4)
    kind = serializers.ChoiceField(choices=HiddenKind.choices, default=HiddenKind.FACE)


class MissedRegionsSerializer(serializers.Serializer[None]):
    regions = serializers.ListField(child=RegionSerializer(), min_length=1, max_length=MOST_REGIONS_OF_REPORT)


class WatchedSerializer(serializers.Serializer[None]):
    ranges = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        max_length=MAX_RANGES,
    )

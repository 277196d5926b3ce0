"""The time zone that an officer chose last."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest


def zone_of(request: HttpRequest) -> ZoneInfo:
    return ZoneInfo(request.session.get("zone", "UTC"))

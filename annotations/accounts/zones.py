"""Time zones to choose from, and the one in which somebody reads."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from annotations.accounts.models import User

COMMON_ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Kyiv",
    "Africa/Nairobi",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)

# A name as choices have it, or a group of choices.
Choices = list[tuple[str, str | list[tuple[str, str]]]]


def zones() -> Choices:
    """Every time zone, the common ones first."""
    rest = sorted(
        zone
        for zone in _known()
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/")) and zone not in COMMON_ZONES
    )
    return [
        ("UTC", "UTC"),
        (str(_("Common")), [(zone, zone.replace("_", " ")) for zone in COMMON_ZONES]),
        (str(_("All others")), [(zone, zone.replace("_", " ")) for zone in rest]),
    ]


def is_zone(name: str) -> bool:
    return name == "UTC" or name in _known()


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The zone that the reader chose last in this session, or else the one of their account."""
    own = request.user.time_zone if isinstance(request.user, User) else "UTC"
    return ZoneInfo(request.session.get("zone", own))


@cache
def _known() -> frozenset[str]:
    """Reading them from the disk takes longer than a page may."""
    return frozenset(available_timezones())

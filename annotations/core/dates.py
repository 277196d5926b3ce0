"""The one way in which people read days and times: "30 Nov 2026", "30 Nov 2026, 11:15 UTC".

The month in letters, so that nobody takes the day for it; the zone always, so that a time stands for one instant.
`static/js/times.js` writes the same in the reader's own zone.
"""

import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

UTC = ZoneInfo("UTC")


def day_in_words(day: datetime.date) -> str:
    return date_format(day, "j M Y")


def time_in_words(moment: datetime.datetime, zone: ZoneInfo = UTC, seconds: bool = False) -> str:
    """The local time with the zone's distance from UTC: "30 Nov 2026, 12:15 +01:00"."""
    local = moment.astimezone(zone)
    offset = f"{local:%z}"
    distance = "UTC" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}"
    return (
        f"{day_in_words(local)}, {local:%H:%M:%S} {distance}"
        if seconds
        else f"{day_in_words(local)}, {local:%H:%M} {distance}"
    )

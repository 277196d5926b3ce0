"""Days and times as people read them, and as forms and addresses take them.

Each takes a moment or a day, or its ISO 8601 text as answers and certificates hold it. Nothing is shown of nothing.
"""

import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format

from annotations.core.dates import UTC, day_in_words, time_in_words

register = template.Library()


@register.filter
def day(value: datetime.date | str | None) -> str:
    """30 Nov 2026"""
    return day_in_words(_read(value)) if value else ""


@register.filter
def weekday(value: datetime.date) -> str:
    """Monday, 30 Nov 2026"""
    return f"{date_format(value, 'l')}, {day_in_words(value)}"


@register.filter
def minute(value: datetime.datetime | str | None, zone: ZoneInfo | None = None) -> str:
    """30 Nov 2026, 11:15 UTC"""
    return time_in_words(_read(value), zone or UTC) if value else ""


@register.filter
def second(value: datetime.datetime | str | None, zone: ZoneInfo | None = None) -> str:
    """30 Nov 2026, 11:15:09 UTC"""
    return time_in_words(_read(value), zone or UTC, seconds=True) if value else ""


@register.filter
def iso_day(value: datetime.date) -> str:
    """2026-11-30, for addresses and ids."""
    return f"{value:%Y-%m-%d}"


@register.filter
def local_input(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """The local time as a field for times takes it, a second later, so that what happened then is before it."""
    return f"{moment.astimezone(zone) + datetime.timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"


def _read(value: datetime.date | str) -> datetime.datetime:
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value)
    return (
        value
        if isinstance(value, datetime.datetime)
        else datetime.datetime.combine(value, datetime.time(tzinfo=UTC))
    )

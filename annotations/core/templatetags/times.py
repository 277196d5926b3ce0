"""Instants as people in a time zone read them."""

import datetime
from zoneinfo import ZoneInfo

from django import template

register = template.Library()


@register.filter
def in_zone(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """The local time with its distance from UTC, so that it stands for one instant only."""
    local = moment.astimezone(zone)
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} {'UTC' if offset == '+0000' else f'{offset[:3]}:{offset[3:5]}'}"


@register.filter
def utc(moment: datetime.datetime) -> str:
    return in_zone(moment, ZoneInfo("UTC"))


@register.filter
def local_input(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """The local time as a field for times takes it, a second later, so that what happened then is before it."""
    return f"{moment.astimezone(zone) + datetime.timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"

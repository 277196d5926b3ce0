"""What the officers' pages show that templates cannot say themselves."""

import datetime
from zoneinfo import ZoneInfo

from django import template

from annotations.audit.models import LogEntry
from annotations.privacy.roles import role_name
from annotations.privacy.selectors import Person
from annotations.privacy.viewings import Viewing, length, unseen

register = template.Library()


@register.filter
def person(people: dict[str, Person], pseudonym: str) -> Person:
    return people.get(pseudonym) or Person(pseudonym)


@register.filter
def role(code: str) -> str:
    return role_name(code)


@register.filter
def in_zone(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """The local time with its distance from UTC, so that it stands for one instant only."""
    local = moment.astimezone(zone)
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} {'UTC' if offset == '+0000' else f'{offset[:3]}:{offset[3:5]}'}"


@register.filter
def exact(entry: LogEntry) -> str:
    """The entry's canonical bytes as text."""
    return bytes(entry.canonical).decode()


@register.filter
def utc(moment: datetime.datetime) -> str:
    return in_zone(moment, ZoneInfo("UTC"))


@register.filter
def local_input(moment: datetime.datetime, zone: ZoneInfo) -> str:
    """The local time as a field for times takes it, a second later, so that what happened then is before it."""
    return f"{moment.astimezone(zone) + datetime.timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"


@register.filter
def ranges(pairs: list[tuple[int, int]]) -> str:
    """Ranges of milliseconds, in seconds."""
    return ", ".join(f"{start / 1000:.1f}–{end / 1000:.1f} s" for start, end in pairs)


@register.filter
def total_seconds(pairs: list[tuple[int, int]]) -> str:
    return f"{length(pairs) / 1000:.1f}"


@register.filter
def duration(milliseconds: int) -> str:
    """Minutes and seconds."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


@register.filter
def part(value: int, whole: int) -> int:
    """In thousandths of the whole."""
    return round(1000 * value / whole)


@register.filter
def span(start: int, end: int) -> int:
    return end - start


@register.filter
def missed(viewing: Viewing, milliseconds: int) -> str:
    """Seconds of the clip that this viewer's browser does not claim to have shown."""
    return total_seconds(unseen([viewing], milliseconds))

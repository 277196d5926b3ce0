"""What the officers' pages show that templates cannot say themselves."""

from django import template

from annotations.audit.models import LogEntry
from annotations.oversight.viewings import Viewing, length, unseen

register = template.Library()


@register.filter
def exact(entry: LogEntry) -> str:
    """The entry's canonical bytes as text."""
    return bytes(entry.canonical).decode()


@register.filter
def area(code: str) -> str:
    """What the codes of entries begin with, as people read it: "Legal hold"."""
    return code.replace("_", " ").capitalize()


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

"""What the desk's pages show that templates cannot say themselves."""

import datetime

from django import template
from django.utils.formats import date_format

from annotations.clips.models import Clip
from annotations.rights.retention.selectors import Kept, kept

register = template.Library()


@register.filter
def day(moment: str) -> str:
    """An instant of the log's form as a day in words."""
    return date_format(datetime.datetime.fromisoformat(moment), "j F Y")


@register.filter
def minute(moment: str) -> str:
    return f"{datetime.datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"


@register.simple_tag
def kept_until(clip: Clip) -> Kept:
    """How long the clip is kept, as it stands now."""
    return kept(clip)


@register.filter
def words(codes: str | list[str]) -> str:
    """Codes of labels as people read them."""
    found = [codes] if isinstance(codes, str) else codes
    return ", ".join(code.replace("_", " ") for code in found)

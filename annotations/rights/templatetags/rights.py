"""What the desk's pages show that templates cannot say themselves."""

import re
from typing import Any

from django import template

from annotations.clips.models import Clip
from annotations.core.templatetags.times import minute
from annotations.rights.answer import titles
from annotations.rights.answer.values import Record
from annotations.rights.retention.selectors import Kept, kept

register = template.Library()

_LONG = 40  # characters; longer text may be broken anywhere
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")


@register.simple_tag
def kept_until(clip: Clip) -> Kept:
    """How long the clip is kept, as it stands now."""
    return kept(clip)


@register.filter
def words(codes: str | list[str]) -> str:
    """Codes of labels as people read them."""
    found = [codes] if isinstance(codes, str) else codes
    return ", ".join(code.replace("_", " ") for code in found)


@register.filter
def columns(records: list[Record]) -> list[tuple[str, Any]]:
    """The fields of a store's records with their titles."""
    return [(name, titles.TITLES[name]) for name in titles.columns(records)]


@register.filter
def cells(record: Record, fields: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """The record's values in the order of these fields, as people read them, each with the class of its cell."""
    return [_told(name, record.get(name, "")) for name, _ in fields]


def _told(name: str, value: Any) -> tuple[str, str]:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if _INSTANT.fullmatch(text):
        return minute(text), "nowrap"
    if name == "clip":
        return text[:8], "nowrap"
    return text, "long" if len(text) > _LONG else ""


@register.filter
def by_time(stores: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stores of an answer that do not hold nothing, together with those that are kept as long for the same
    reason."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in stores:
        if each["held"] != "nothing":
            found.setdefault((each["kept"], each["because"]), []).append(each)
    return [{"kept": kept, "because": why, "stores": group} for (kept, why), group in found.items()]


@register.filter
def that_are(stores: list[dict[str, Any]], held: str) -> list[dict[str, Any]]:
    """The stores of an answer that hold "something", "nothing", or what is "not counted"."""
    return [each for each in stores if each["held"] == held]

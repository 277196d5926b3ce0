"""Ids as lists and headings show them."""

import re

from django import template

register = template.Library()

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGITS = 8  # as many as are typed to look a clip up


@register.filter
def short(value: object) -> str:
    """A UUID by its first eight digits; anything else, such as a pseudonym, whole."""
    text = str(value)
    return text[:DIGITS] if _UUID.fullmatch(text) else text

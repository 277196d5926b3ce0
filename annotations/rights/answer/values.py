"""How values stand in an answer: text and whole numbers only, so that it can be sealed like a detail of the log."""

import datetime
import unicodedata
from typing import Any

from annotations.audit.canonical import timestamp

Record = dict[str, Any]
"""One thing that a store holds: text, whole numbers and lists of text by the names of its fields."""


def moment(when: datetime.datetime | None) -> str:
    """The instant as the log writes it; empty when there is none."""
    return timestamp(when) if when else ""


def yes_no(value: bool) -> str:
    return "yes" if value else "no"


def percent(score: float) -> int:
    """A score of 0 to 1."""
    return round(100 * score)


def normalised(value: Any) -> Any:
    """Text of people in normal form C, as everything that is sealed."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {name: normalised(each) for name, each in value.items()}
    return [normalised(each) for each in value] if isinstance(value, list) else value

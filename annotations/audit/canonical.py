"""The exact bytes of a log entry: a profile of RFC 8785 (JSON Canonicalization Scheme)."""

import datetime
import unicodedata
from typing import Any

import rfc8785

_LIMIT = 2**53


def canonical(value: dict[str, Any]) -> bytes:
    """Canonical JSON of `value`.

    The profile is narrower than the RFC, so that every reader agrees on the bytes: no floats, integers below
    2^53 in size, strings in Unicode normal form C. Raises ValueError naming the path of what does not fit.
    """
    _check(value, "$")
    return rfc8785.dumps(value)


def timestamp(moment: datetime.datetime) -> str:
    """RFC 3339 in UTC with microseconds, e.g. `2026-03-01T12:00:00.000000Z`."""
    if moment.tzinfo is None:
        raise ValueError("A time without a zone has no place in the log.")
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _check(value: Any, path: str) -> None:
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise ValueError(f"{path}: text is not in normal form C")
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) >= _LIMIT:
            raise ValueError(f"{path}: {value} is not below 2^53")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check(name, path)
            _check(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]")
    else:
        raise ValueError(f"{path}: {type(value).__name__} has no place in the log")

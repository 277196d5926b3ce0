"""What the fields of entries may hold, and how they are read.

Free text has no place in an entry: every field is a number, an id, a digest, a code of a known form or one of a list.
What somebody wrote in their own words goes into the entry's detail. `append` checks every field.
"""

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from annotations.core.dates import day_in_words, time_in_words

_LIMIT = 2**53
_DIGITS = len(str(_LIMIT))
_RANGES = 1000

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# A moment as the log writes it, in UTC.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|\+00:00)")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# A field's value as people read it.
Words = Callable[[Any], str]


def in_words(value: Any) -> str:
    """A value as people read it: codes in words, times to the second, digests and ids by their first signs.

    The entry has them whole.
    """
    if isinstance(value, list):
        return (
            ", ".join(
                "–".join(map(in_words, each)) if isinstance(each, list) else in_words(each) for each in value
            )
            or "none"
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if _DIGEST.fullmatch(text):
        return f"{text[:12]}…"
    if _UUID.fullmatch(text):
        return f"{text[:8]}…{text[-4:]}"
    if _DAY.fullmatch(text) or _MOMENT.fullmatch(text):
        return _of_the_calendar(text)
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


def _of_the_calendar(text: str) -> str:
    """A day or a moment as pages spell it; one that no calendar has, as it stands there."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    if _DAY.fullmatch(text):
        return day_in_words(moment)
    return time_in_words(moment, seconds=re.search(r"T\d\d:\d\d:", text) is not None)


@dataclass(frozen=True)
class Field:
    """`holds` says what fits, in words; `fits` decides it; `words` reads it, also what no longer fits.

    `longest` is how many bytes of canonical JSON it takes at most: a test adds them up, so that no input makes an
    entry too long. `lacking` is how an entry reads that does not have it.
    """

    holds: str
    fits: Callable[[Any], bool]
    longest: int
    words: Words = in_words
    lacking: str = "?"

    def read_by(self, words: Words) -> "Field":
        """The same field, read otherwise."""
        return replace(self, words=words)

    def added_later(self, reads: str) -> "Field":
        """The same field, for a kind of entries that older ones do not have it: they read as if it said this."""
        return replace(self, lacking=reads)


def pattern(expression: str, holds: str, most: int) -> Field:
    """Text that the whole expression matches, of at most so many characters, all of them ASCII."""
    matches = re.compile(expression, re.ASCII).fullmatch

    def fits(value: Any) -> bool:
        return isinstance(value, str) and len(value) <= most and matches(value) is not None

    return Field(holds, fits, most + len('""'))


def one_of(choices: Iterable[tuple[str, Any]]) -> Field:
    """One of the codes; `choices` are pairs of code and label, and it is read by its label."""
    known = dict(choices)

    def fits(value: Any) -> bool:
        return isinstance(value, str) and value in known

    longest = max(map(len, known)) + len('""')
    return Field(f"one of {', '.join(map(str, known))}", fits, longest, labels(known.items()))


def list_of(field: Field, at_most: int) -> Field:
    """A list of what fits the field."""

    def fits(value: Any) -> bool:
        fitting = isinstance(value, list | tuple) and len(value) <= at_most
        return fitting and all(map(field.fits, value))

    def words(value: Any) -> str:
        known = isinstance(value, list | tuple)
        return (", ".join(map(field.words, value)) or "none") if known else in_words(value)

    longest = at_most * (field.longest + len(",")) + len("[]")
    return Field(f"a list of at most {at_most}, each {field.holds}", fits, longest, words)


def record(**fields: Field) -> Field:
    """An object with some of these members and no others."""

    def fits(value: Any) -> bool:
        return isinstance(value, dict) and all(
            name in fields and fields[name].fits(each) for name, each in value.items()
        )

    def words(value: Any) -> str:
        if not isinstance(value, dict):
            return in_words(value)
        return "; ".join(f"{name}: {in_words(each)}" for name, each in value.items()) or "none"

    longest = sum(len(f'"{name}":,') + field.longest for name, field in fields.items()) + len("{}")
    members = ", ".join(f"{name} ({field.holds})" for name, field in fields.items())
    return Field(f"an object of {members}", fits, longest, words)


def labels(choices: Iterable[tuple[str, Any]]) -> Words:
    """Reads codes by their labels, inside a sentence. `choices` are pairs of code and label."""
    known = dict(choices)

    def read(code: Any) -> str:
        text = str(known.get(code, code))
        return text[:1].lower() + text[1:]

    return read


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value < _LIMIT


def _true_false(value: Any) -> bool:
    return isinstance(value, bool)


def _milliseconds(value: Any) -> bool:
    fitting = isinstance(value, list | tuple) and len(value) <= _RANGES
    return fitting and all(
        isinstance(span, list | tuple) and len(span) == 2 and all(map(_count, span)) for span in value
    )


COUNT = Field("a whole number, not negative", _count, _DIGITS)
YES_NO = one_of([("yes", "yes"), ("no", "no")])
TRUE_FALSE = Field("true or false", _true_false, len("false"))
ID = pattern(_UUID.pattern, "a UUID", 36)
DIGEST = pattern(_DIGEST.pattern, "64 hexadecimal digits", 64)
CODE = pattern(r"[a-z][a-z0-9_]*", "a code of lower-case letters, digits and underscores", 64)
NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]*", "a technical name without blanks", 300)
PSEUDONYM = pattern(r"[a-z]+(-[0-9a-z]+)+|unknown|anonymous", "a pseudonym", 64)
DAY = pattern(r"\d{4}-\d\d-\d\d", "a day", 10)
TIME = pattern(_TIME, "a time", 32)
RANGES = Field(
    f"at most {_RANGES} pairs of milliseconds",
    _milliseconds,
    _RANGES * (2 * _DIGITS + len("[,],")) + len("[]"),
)
# A search as the log keeps it: what was chosen or looked up, never what was typed.
FILTERS = list_of(pattern(r"[a-z_]{1,32}=([A-Za-z0-9:+._*/-]{1,64}|" + _TIME + ")", "`name=value`", 97), 32)

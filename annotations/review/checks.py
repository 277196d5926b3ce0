"""Labels against the definitions of their fields, the clip and the project's schema. Pure."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, cast

from annotations.core.errors import Invalid
from annotations.review.body import FIELDS, MAX_KEYFRAMES, Body, Event, Field, Kind, Track
from annotations.review.schema import Labels, codes

MAX_BYTES = 1_000_000
MAX_PROBLEMS = 20
# A box that was drawn to the very edge may lie this far outside, in pixels, by rounding.
TOLERANCE = 1.0

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_MAX_DEPTH = 8


class Problem(TypedDict):
    """`code` is stable, for programs; `message` is for people."""

    code: str
    message: str


@dataclass(frozen=True)
class Picture:
    """What labels must fit into: the rendition's size in pixels and its number of frames."""

    width: int
    height: int
    frames: int


def check_draft(value: Any) -> dict[str, Any]:
    """A draft may be unfinished and even wrong, but it must be storable.

    Raises Invalid `invalid_body` when it is not.
    """
    if not isinstance(value, dict) or not _storable(value, _MAX_DEPTH):
        raise Invalid("invalid_body", "These labels cannot be stored.")
    if len(repr(value)) > MAX_BYTES:
        raise Invalid("invalid_body", "These labels are too large to be stored.")
    return value


def _storable(value: Any, depth: int) -> bool:
    """Whether both databases keep the value as it is: finite numbers, UTF-8 text without NUL, limited nesting."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 2**53
    if depth == 0:
        return value is None
    if isinstance(value, dict):
        return all(_storable(key, 0) and _storable(item, depth - 1) for key, item in value.items())
    if isinstance(value, list):
        return all(_storable(item, depth - 1) for item in value)
    return value is None


def check_body(value: Any, labels: Labels, picture: Picture) -> Body:
    """The labels as they will be kept, with every optional field filled in.

    Raises Invalid `invalid_body` whose `fields` names each wrong place (`tracks[0].keyframes[2].box`) with a stable
    code and a sentence (at most 20 of them), or Invalid `verdict_missing` when nothing but the verdict is missing.
    """
    check_draft(value)
    checker = _Checker(labels, picture)
    body = cast(Body, checker.object(value, "", Body))
    if checker.problems:
        raise Invalid("invalid_body", "Some labels are not valid.", fields=checker.problems)
    if body["verdict"] is None:
        raise Invalid("verdict_missing", "Choose a verdict for the clip.")
    return body


class _Checker:
    """Walks a body by the definitions of its fields, collects what is wrong by place, and builds the clean copy."""

    def __init__(self, labels: Labels, picture: Picture) -> None:
        self.labels, self.picture = labels, picture
        self.problems: dict[str, Problem] = {}
        self.ids: set[str] = set()
        self.keyframes = 0
        self.readers: dict[Kind, Callable[[Any, str, Field], Any]] = {
            Kind.ID: self.identifier,
            Kind.CODE: self.code,
            Kind.FRAME: self.frame,
            Kind.BOX: self.box,
            Kind.FLAG: self.flag,
            Kind.TEXT: self.text,
            Kind.LIST: self.items,
        }
        # What no field shows by itself.
        self.rules: dict[type, Callable[[dict[str, Any], str], None]] = {Event: self.event, Track: self.track}

    def wrong(self, place: str, code: str, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.setdefault(place, {"code": code, "message": message})

    def object(self, value: dict[str, Any], place: str, shape: type) -> dict[str, Any]:
        fields = FIELDS[shape]
        prefix = f"{place}." if place else ""
        for name in sorted(set(value) - set(fields)):
            self.wrong(f"{prefix}{name}", "unknown_field", "There is no such field.")
        found = {
            name: self.readers[field.kind](value.get(name, field.default), f"{prefix}{name}", field)
            for name, field in fields.items()
        }
        if rule := self.rules.get(shape):
            rule(found, place)
        return found

    def items(self, value: Any, place: str, field: Field) -> list[dict[str, Any]]:
        if not isinstance(value, list | tuple):
            self.wrong(place, "wrong_type", "This is a list.")
            return []
        if len(value) > field.maximum:
            self.wrong(place, "too_many", f"There are at most {field.maximum:,}.")
            return []
        found = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found.append(self.object(item, f"{place}[{index}]", field.items))
            else:
                self.wrong(f"{place}[{index}]", "wrong_type", "This is an object.")
        return found

    def event(self, event: dict[str, Any], place: str) -> None:
        wrong = {f"{place}.start", f"{place}.end"} & set(self.problems)
        if not wrong and event["end"] < event["start"]:
            self.wrong(f"{place}.end", "ends_before_start", "The event ends before it starts.")

    def track(self, track: dict[str, Any], place: str) -> None:
        keyframes, place = track["keyframes"], f"{place}.keyframes"
        if not keyframes:
            self.wrong(place, "empty", "A track needs a box on at least one frame.")
        self.keyframes += len(keyframes)
        if self.keyframes > MAX_KEYFRAMES:
            self.wrong(place, "too_many", f"All tracks together have at most {MAX_KEYFRAMES:,} keyframes.")
        for index in range(1, len(keyframes)):
            if keyframes[index]["frame"] <= keyframes[index - 1]["frame"]:
                self.wrong(f"{place}[{index}].frame", "out_of_order", "Keyframes ascend, each frame once.")

    def identifier(self, value: Any, place: str, field: Field) -> str:
        if not isinstance(value, str) or not _ID.match(value):
            self.wrong(place, "bad_id", "An id has 1 to 64 letters, digits, hyphens and underscores.")
        elif value in self.ids:
            self.wrong(place, "duplicate_id", "Another event or track has this id.")
        else:
            self.ids.add(value)
        return str(value)

    def code(self, value: Any, place: str, field: Field) -> str | None:
        if value is None and not field.required:
            return None
        known = self.labels[field.choices_of] if field.choices_of else field.choices
        if not isinstance(value, str) or value not in codes(known):
            self.wrong(place, "unknown_label", _unknown(field))
        return str(value)

    def frame(self, value: Any, place: str, field: Field) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(place, "wrong_type", "A frame is a whole number.")
            return 0
        if not 0 <= value < self.picture.frames:
            self.wrong(place, "outside_clip", f"The clip has the frames 0 to {self.picture.frames - 1:,}.")
        return value

    def box(self, value: Any, place: str, field: Field) -> list[float]:
        if not is_box(value):
            self.wrong(place, "wrong_type", "A box is x, y, width and height, in pixels.")
            return []
        if not fits(value, self.picture):
            self.wrong(place, "outside_picture", "The box is empty, or lies outside the picture.")
        return list(value)

    def flag(self, value: Any, place: str, field: Field) -> bool:
        if not isinstance(value, bool):
            self.wrong(place, "wrong_type", "This is true or false.")
        return value is True

    def text(self, value: Any, place: str, field: Field) -> str:
        name = place.rpartition(".")[2]
        if not isinstance(value, str):
            self.wrong(place, "wrong_type", f"The {name} is text.")
        elif len(value) > field.maximum:
            self.wrong(place, "too_long", f"The {name} has at most {field.maximum:,} characters.")
        return str(value)


def is_box(value: Any) -> bool:
    """Whether the value is four numbers."""
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in value)
    )


def fits(box: list[float], picture: Picture) -> bool:
    """Whether the box has an area and lies inside the picture, within the tolerance."""
    x, y, width, height = box
    return (
        width > 0
        and height > 0
        and x >= -TOLERANCE
        and y >= -TOLERANCE
        and x + width <= picture.width + TOLERANCE
        and y + height <= picture.height + TOLERANCE
    )


def _unknown(field: Field) -> str:
    if field.choices_of:
        return f"The project has no such {'verdict' if field.choices_of == 'verdicts' else 'label'}."
    return f"{field.title} is one of these codes: {', '.join(each['code'] for each in field.choices)}."

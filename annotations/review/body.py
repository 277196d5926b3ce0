"""What reviewers hand in: the shape of labels, checked against the clip and the schema. Pure.

A body is {"verdict": code or None, "events": [...], "tracks": [...], "note": str}; frames count from 0, `end` is
the last frame of an event, boxes are [x, y, width, height] in displayed pixels.
"""

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

import rfc8785

from annotations.core.errors import Invalid
from annotations.review.interpolation import Keyframe
from annotations.review.schema import Labels, codes

MAX_EVENTS = 200
MAX_TRACKS = 100
MAX_KEYFRAMES = 4000  # of all tracks together
MAX_NOTE = 2000
MAX_BYTES = 1_000_000
MAX_PROBLEMS = 20
# A box that was drawn to the very edge may lie this far outside, in pixels, by rounding.
TOLERANCE = 1.0

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_MAX_DEPTH = 8


class Event(TypedDict):
    id: str
    label: str
    start: int
    end: int


class Track(TypedDict):
    id: str
    label: str
    keyframes: list[Keyframe]


class Body(TypedDict):
    verdict: str | None
    events: list[Event]
    tracks: list[Track]
    note: str


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


def digest(body: Body) -> str:
    """SHA-256 of the body as canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()  # type: ignore[arg-type]


def check_draft(value: Any) -> dict[str, Any]:
    """A draft may be unfinished and even wrong, but it must be storable: Invalid `invalid_body` when it is not."""
    if not isinstance(value, dict) or not _storable(value, _MAX_DEPTH):
        raise Invalid("invalid_body", "These labels cannot be stored.")
    if len(repr(value)) > MAX_BYTES:
        raise Invalid("invalid_body", "These labels are too large to be stored.")
    return value


def _storable(value: Any, depth: int) -> bool:
    """Whether both databases keep the value as it is: finite numbers, text that is UTF-8 without NUL, no abyss."""
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
    """The labels as they will be kept.

    Raises Invalid `invalid_body` whose `fields` names each wrong place (`tracks[0].keyframes[2].box`) with a stable
    code and a sentence (at most 20 of them), or Invalid `verdict_missing` when nothing but the verdict is missing.
    """
    check_draft(value)
    checker = _Checker(labels, picture)
    body = checker.body(value)
    if checker.problems:
        raise Invalid("invalid_body", "Some labels are not valid.", fields=checker.problems)
    if body["verdict"] is None:
        raise Invalid("verdict_missing", "Choose a verdict for the clip.")
    return body


class _Checker:
    """Walks a body, collects what is wrong by place, and builds the clean copy."""

    def __init__(self, labels: Labels, picture: Picture) -> None:
        self.labels, self.picture = labels, picture
        self.problems: dict[str, Problem] = {}
        self.ids: set[str] = set()
        self.keyframes = 0

    def wrong(self, place: str, code: str, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.setdefault(place, {"code": code, "message": message})

    def body(self, value: dict[str, Any]) -> Body:
        self.known(value, "", {"verdict", "events", "tracks", "note"})
        verdict = value.get("verdict")
        if verdict is not None and (
            not isinstance(verdict, str) or verdict not in codes(self.labels["verdicts"])
        ):
            self.wrong("verdict", "unknown_label", "The project has no such verdict.")
        note = value.get("note", "")
        if not isinstance(note, str):
            self.wrong("note", "wrong_type", "The note is text.")
        elif len(note) > MAX_NOTE:
            self.wrong("note", "too_long", f"The note has at most {MAX_NOTE:,} characters.")
        return {
            "verdict": verdict,
            "events": self.items(value.get("events", []), "events", MAX_EVENTS, self.event),
            "tracks": self.items(value.get("tracks", []), "tracks", MAX_TRACKS, self.track),
            "note": note,
        }

    def known(self, value: dict[str, Any], place: str, names: set[str]) -> None:
        for name in sorted(set(value) - names):
            self.wrong(f"{place}.{name}".lstrip("."), "unknown_field", "There is no such field.")

    def items(
        self, value: Any, place: str, limit: int, read: Callable[[dict[str, Any], str], Any]
    ) -> list[Any]:
        if not isinstance(value, list):
            self.wrong(place, "wrong_type", "This is a list.")
            return []
        if len(value) > limit:
            self.wrong(place, "too_many", f"There are at most {limit:,}.")
            return []
        found = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found.append(read(item, f"{place}[{index}]"))
            else:
                self.wrong(f"{place}[{index}]", "wrong_type", "This is an object.")
        return found

    def identity(self, value: dict[str, Any], place: str, known: set[str]) -> tuple[str, str]:
        identifier, label = value.get("id"), value.get("label")
        if not isinstance(identifier, str) or not _ID.match(identifier):
            self.wrong(f"{place}.id", "bad_id", "An id has 1 to 64 letters, digits, hyphens and underscores.")
        elif identifier in self.ids:
            self.wrong(f"{place}.id", "duplicate_id", "Another event or track has this id.")
        else:
            self.ids.add(identifier)
        if not isinstance(label, str) or label not in known:
            self.wrong(f"{place}.label", "unknown_label", "The project has no such label.")
        return str(identifier), str(label)

    def event(self, value: dict[str, Any], place: str) -> Event:
        self.known(value, place, {"id", "label", "start", "end"})
        identifier, label = self.identity(value, place, codes(self.labels["events"]))
        start, end = (
            self.frame(value.get("start"), f"{place}.start"),
            self.frame(value.get("end"), f"{place}.end"),
        )
        if start is not None and end is not None and end < start:
            self.wrong(f"{place}.end", "ends_before_start", "The event ends before it starts.")
        return {"id": identifier, "label": label, "start": start or 0, "end": end or 0}

    def track(self, value: dict[str, Any], place: str) -> Track:
        self.known(value, place, {"id", "label", "keyframes"})
        identifier, label = self.identity(value, place, codes(self.labels["tracks"]))
        place = f"{place}.keyframes"
        keyframes = self.items(value.get("keyframes"), place, MAX_KEYFRAMES, self.keyframe)
        self.keyframes += len(keyframes)
        if self.keyframes > MAX_KEYFRAMES:
            self.wrong(place, "too_many", f"All tracks together have at most {MAX_KEYFRAMES:,} keyframes.")
        if value.get("keyframes") == []:
            self.wrong(place, "empty", "A track needs a box on at least one frame.")
        for index in range(1, len(keyframes)):
            if keyframes[index]["frame"] <= keyframes[index - 1]["frame"]:
                self.wrong(f"{place}[{index}].frame", "out_of_order", "Keyframes ascend, each frame once.")
        return {"id": identifier, "label": label, "keyframes": keyframes}

    def keyframe(self, value: dict[str, Any], place: str) -> Keyframe:
        self.known(value, place, {"frame", "box", "outside", "occluded"})
        for name in ("outside", "occluded"):
            if not isinstance(value.get(name, False), bool):
                self.wrong(f"{place}.{name}", "wrong_type", "This is true or false.")
        return {
            "frame": self.frame(value.get("frame"), f"{place}.frame") or 0,
            "box": self.box(value.get("box"), f"{place}.box"),
            "outside": value.get("outside", False) is True,
            "occluded": value.get("occluded", False) is True,
        }

    def frame(self, value: Any, place: str) -> int | None:
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(place, "wrong_type", "A frame is a whole number.")
            return None
        if not 0 <= value < self.picture.frames:
            self.wrong(place, "outside_clip", f"The clip has the frames 0 to {self.picture.frames - 1:,}.")
            return None
        return value

    def box(self, value: Any, place: str) -> list[float]:
        if not is_box(value):
            self.wrong(place, "wrong_type", "A box is x, y, width and height, in pixels.")
            return []
        if not fits(value, self.picture):
            self.wrong(place, "outside_picture", "The box is empty, or lies outside the picture.")
        return list(value)


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

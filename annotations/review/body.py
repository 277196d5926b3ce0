"""What reviewers hand in: every field of the labels, defined here once. Pure.

Validation (`checks`), the labeling page, the lead's page, exports and answers to data subjects read these
definitions. An attribute (a field with a `title`) that is added to an event or a track is offered on the labeling
page, checked, kept, shown and exported without another line of code; give it `NotRequired` and a default, because
labels that were handed in before do not have it.

Frames count from 0; boxes are [x, y, width, height] in displayed pixels.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired, TypedDict, get_args, get_origin, get_type_hints

import rfc8785
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from annotations.review.schema import Choice, name_of

MAX_EVENTS = 200
MAX_TRACKS = 100
MAX_KEYFRAMES = 4000  # of all tracks together
MAX_NOTE = 2000


class Kind(StrEnum):
    """What a field holds, which decides how it is checked and edited."""

    ID = "id"  # 1 to 64 letters, digits, hyphens and underscores, unique in the body
    CODE = "code"  # a code of one of the schema's lists (`choices_of`), or of the field's own `choices`
    FRAME = "frame"  # the number of a frame of the clip
    BOX = "box"  # inside the picture
    FLAG = "flag"  # true or false
    TEXT = "text"  # written by a person: at most `maximum` characters, never exported
    LIST = "list"  # at most `maximum` objects, each with the fields of `items`


@dataclass(frozen=True)
class Field:
    """One field: its kind with its bounds, and what stands for it where it is absent."""

    kind: Kind
    required: bool = True
    default: Any = None
    maximum: int = 0
    choices_of: Literal["verdicts", "events", "tracks"] | None = None
    choices: tuple[Choice, ...] = ()
    items: type = dict
    # What people read; a field with a title is an attribute. The others are drawn or counted, and have no words.
    title: str | Promise = ""


class Keyframe(TypedDict):
    """A box that a person set; its attributes hold until the next keyframe."""

    frame: Annotated[int, Field(Kind.FRAME)]
    box: Annotated[Sequence[float], Field(Kind.BOX)]
    # The thing is not in the picture from here on; `box` is where it comes back.
    outside: Annotated[bool, Field(Kind.FLAG, required=False, default=False)]
    occluded: Annotated[bool, Field(Kind.FLAG, required=False, default=False, title=gettext_lazy("Occluded"))]


class Track(TypedDict):
    """One thing followed through the clip; keyframes ascend by frame, each frame once."""

    id: Annotated[str, Field(Kind.ID)]
    label: Annotated[str, Field(Kind.CODE, choices_of="tracks")]
    keyframes: Annotated[list[Keyframe], Field(Kind.LIST, maximum=MAX_KEYFRAMES, items=Keyframe)]


class Event(TypedDict):
    """Something that happens from the frame `start` to the frame `end`, both included."""

    id: Annotated[str, Field(Kind.ID)]
    label: Annotated[str, Field(Kind.CODE, choices_of="events")]
    start: Annotated[int, Field(Kind.FRAME)]
    end: Annotated[int, Field(Kind.FRAME)]


class Body(TypedDict):
    """All labels of a clip."""

    verdict: Annotated[str | None, Field(Kind.CODE, required=False, choices_of="verdicts")]
    events: Annotated[
        list[Event], Field(Kind.LIST, required=False, default=(), maximum=MAX_EVENTS, items=Event)
    ]
    tracks: Annotated[
        list[Track], Field(Kind.LIST, required=False, default=(), maximum=MAX_TRACKS, items=Track)
    ]
    note: Annotated[str, Field(Kind.TEXT, required=False, default="", maximum=MAX_NOTE)]


def _fields(shape: type) -> dict[str, Field]:
    """The fields of a TypedDict, from its annotations."""
    found = {}
    for name, hint in get_type_hints(shape, include_extras=True).items():
        annotated = get_args(hint)[0] if get_origin(hint) is NotRequired else hint
        found[name] = next(extra for extra in get_args(annotated) if isinstance(extra, Field))
    return found


FIELDS: dict[type, dict[str, Field]] = {shape: _fields(shape) for shape in (Body, Event, Track, Keyframe)}


def attributes(shape: type, value: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an event, a track or a keyframe that may be exported, absent ones by their default."""
    return {
        name: value.get(name, field.default)
        for name, field in FIELDS[shape].items()
        if field.title and field.kind != Kind.TEXT
    }


def in_words(shape: type, value: Mapping[str, Any]) -> list[str]:
    """The attributes as a person reads them: "At the door: yes"."""
    return [
        _("{title}: {value}").format(title=field.title, value=_shown(field, value.get(name, field.default)))
        for name, field in FIELDS[shape].items()
        if field.title
    ]


def _shown(field: Field, value: Any) -> str:
    if field.kind == Kind.FLAG:
        return _("yes") if value else _("no")
    if field.kind == Kind.CODE:
        return name_of(field.choices, value)
    return str(value)


def described() -> dict[str, dict[str, Any]]:
    """The definitions as the labeling page's scripts read them, by the name of the shape."""
    return {
        shape.__name__.lower(): {
            name: {
                "kind": field.kind.value,
                "title": str(field.title),
                "default": field.default,
                "maximum": field.maximum,
                "choices": [{"code": each["code"], "name": str(each["name"])} for each in field.choices],
            }
            for name, field in fields.items()
        }
        for shape, fields in FIELDS.items()
    }


def digest(body: Mapping[str, Any], salt: bytes = b"") -> str:
    """SHA-256 of the salt and the whole body, its note included, as canonical JSON (RFC 8785), in hexadecimal.

    Labels of older versions were handed in without a salt.
    """
    return hashlib.sha256(salt + rfc8785.dumps(dict(body))).hexdigest()

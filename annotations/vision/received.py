"""What a child has told, checked before anybody uses it: it may be whatever an exploited decoder makes up.

Everything here raises VideoError("decoder_crashed") for what the program itself would never say. Standard library only.
"""

import functools
import json
import re
import types
from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    NoReturn,
    NotRequired,
    TypedDict,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from annotations.vision.errors import VIDEO_ERRORS, VideoError, VisionError, decoder_crashed
from annotations.vision.report import Report, SourceReport

MOST_REPORT = 32_000_000
"""Bytes of a report: a crowd through a whole clip takes about 12 million."""
MOST_CONTAINERS = 1_000_000
"""Lists and objects in it: Python needs twenty times as much memory for an empty list as JSON does."""
MOST_TEXT = 1_000
"""Characters of a text."""
MOST_WHOLE = 2**31 - 1
"""Numbers are counts, sizes and seconds: what a column of a database holds."""
BOX_NUMBERS = 4
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


class Progress(TypedDict):
    """How far a stage is."""

    stage: str
    done: int
    total: int


class ProbeAnswer(SourceReport):
    """What `probe` prints."""

    ok: bool


class CleanAnswer(TypedDict):
    """What `clean` prints."""

    ok: bool
    frames: int


class FilePictures(TypedDict):
    """The hashes of what one file shows, in hexadecimal, or the code of why nothing of it can be decoded."""

    hashes: list[str]
    code: str


class PicturesAnswer(TypedDict):
    """What `pictures` prints."""

    ok: bool
    files: list[FilePictures]


class _Refusal(TypedDict):
    """What every command prints that does not do what it is asked for."""

    ok: bool
    code: str
    message: NotRequired[Any]


def progress_of(line: bytes) -> dict[str, Any]:
    """A line of progress: the fields of `Progress`."""
    told = cast(dict[str, Any], _checked(_parsed(line), Progress))
    if not _CODE.fullmatch(told["stage"]) or told["done"] < 0 or told["total"] < 0:
        raise decoder_crashed()
    return told


def answer_of(output: str, kind: type) -> dict[str, Any]:
    """The last line of a child's output as an answer of this kind (a TypedDict)."""
    lines = output.strip().splitlines()
    if not lines:
        raise decoder_crashed()
    return cast(dict[str, Any], _checked(_parsed(lines[-1].encode()), kind))


def refusal_of(output: str, status: int) -> VisionError:
    """The error that a child describes in the last line of its output. 2 is the status for input not accepted."""
    told = answer_of(output, _Refusal)
    code, message = str(told["code"]), one_line(str(told.get("message", "")))
    if status == 2 and code in VIDEO_ERRORS:
        return VideoError(code, message)
    if status == 2 or code in VIDEO_ERRORS or not _CODE.fullmatch(code):
        return decoder_crashed()
    return VisionError(code, message)


def one_line(text: str) -> str:
    """The end of a text, as databases and logs take it: nothing that is no character or steers a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text[-MOST_TEXT // 2 :].strip())


def report_of(data: bytes) -> Report:
    """A report, of the right form and of one piece."""
    if len(data) > MOST_REPORT or data.count(b"[") + data.count(b"{") > MOST_CONTAINERS:
        raise decoder_crashed()
    report = cast(Report, _checked(_parsed(data), Report))
    times, shown = report["presentation_times"], report["frame_map"]
    boxes = [box for track in report["tracks"] for box in track["boxes"].values()]
    boxes += [face["box"] for face in report["residual"]["exposed"]]
    boxes += [each["box"] for each in report["residual"].get("evidence", ())]
    boxes += [finding["box"] for finding in report["findings"] if finding["box"] is not None]
    consistent = (
        all(track["boxes"] and all(map(str.isdecimal, track["boxes"])) for track in report["tracks"])
        and all(len(box) == BOX_NUMBERS and min(box[2:]) >= 0 for box in boxes)
        and all(0 <= frame < len(times) for frame in shown or ())
    )
    if not consistent:
        raise decoder_crashed()
    return report


def _parsed(data: bytes) -> Any:
    """JSON, without the numbers that JSON does not have, however deep it pretends to be."""
    try:
        return json.loads(data.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise decoder_crashed() from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _checked(value: Any, form: Any) -> Any:
    """The value, if it has the form (a type of the module `report`)."""
    if not _has_form(value, form):
        raise decoder_crashed()
    return value


def _has_form(value: Any, form: Any) -> bool:
    """Whether a value is what the annotation says, with texts and numbers that can be kept everywhere."""
    if is_typeddict(form):
        forms = _fields(form)
        return (
            type(value) is dict
            and form.__required_keys__ <= value.keys() <= forms.keys()
            and all(_has_form(value[name], forms[name]) for name in value)
        )
    origin, inner = get_origin(form), get_args(form)
    if origin is list:
        return type(value) is list and all(_has_form(item, inner[0]) for item in value)
    if origin is dict:
        return type(value) is dict and all(_is_text(k) and _has_form(v, inner[1]) for k, v in value.items())
    if origin is Literal:
        return _is_text(value) and value in inner
    if origin in {Union, types.UnionType}:
        return any(_has_form(value, choice) for choice in inner)
    if form is float:
        return type(value) in {int, float} and abs(value) <= MOST_WHOLE
    if form is int:
        return type(value) is int and abs(value) <= MOST_WHOLE
    if form is str:
        return _is_text(value)
    return form is Any or type(value) is form


@functools.cache
def _fields(form: type) -> Mapping[str, Any]:
    return get_type_hints(form)


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= MOST_TEXT and value.isprintable()

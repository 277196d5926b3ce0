"""What is searched for: values of a subject, as a probe file carries them."""

import json
import os
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

FORMAT = "privacy-probe/1"
LEAST_LETTERS = 4
LEAST_BYTES = 8
_LEAST_VARIETY = 6
"""Different bytes that a value has at least: sixteen zeros stand everywhere."""


class BadProbe(Exception):
    """This is not a probe file; the text says why."""


class Kind(StrEnum):
    """What a value is. Findings tell this, and never the value."""

    REFERENCE = "reference"
    WORDS = "words"
    DIGEST = "digest"
    FINGERPRINT = "fingerprint"
    KEY = "key"
    FILE_NAME = "file name"
    FRAME = "frame"
    VALUE = "value"


_IN_BYTES = frozenset({Kind.DIGEST, Kind.FINGERPRINT, Kind.KEY, Kind.FRAME})


@dataclass(frozen=True)
class Value:
    """One thing to search for: a text, or bytes. A frame is the perceptual hash of one (`vision.pdq`)."""

    kind: Kind
    content: str | bytes

    @property
    def searchable(self) -> bool:
        """Whether a match would mean anything: short words and uniform bytes stand everywhere."""
        if isinstance(self.content, str):
            return len(self.content.strip()) >= LEAST_LETTERS
        return len(self.content) >= LEAST_BYTES and len(set(self.content)) >= _LEAST_VARIETY


@dataclass(frozen=True)
class Probe:
    """Values of a subject, without its pseudonym and its number: these stay on the log.

    `id` is random; the log names the probe by it.
    """

    values: tuple[Value, ...]
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @classmethod
    def of(cls, values: Iterable[Value]) -> "Probe":
        """Each value once."""
        return cls(tuple(dict.fromkeys(values)))

    @property
    def searched(self) -> tuple[Value, ...]:
        return tuple(value for value in self.values if value.searchable)

    @property
    def left_out(self) -> tuple[Value, ...]:
        """What is too short or too uniform to be searched for."""
        return tuple(value for value in self.values if not value.searchable)

    def write(self, descriptor: int) -> None:
        """Into an open file, which is on the disk afterwards."""
        values: list[dict[str, str]] = [
            {"kind": value.kind, "text": value.content}
            if isinstance(value.content, str)
            else {"kind": value.kind, "hex": value.content.hex()}
            for value in self.values
        ]
        whole = {"format": FORMAT, "id": str(self.id), "values": values}
        with os.fdopen(os.dup(descriptor), "w", encoding="utf-8") as file:
            json.dump(whole, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(descriptor)


def create(path: Path) -> int:
    """A descriptor of a new file that only its owner may read. Raises OSError, FileExistsError included."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def read(path: Path) -> Probe:
    """The probe in a file. Raises BadProbe."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadProbe(f"{path.name} cannot be read as a probe.") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BadProbe(f"{path.name} is no probe of the format {FORMAT}.")
    try:
        return Probe(tuple(map(_value, told["values"])), uuid.UUID(told["id"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadProbe(f"{path.name} is damaged.") from error


def given(text: str) -> Value:
    """A value that somebody typed: 32 or more hexadecimal digits are bytes, anything else is text."""
    digits = text.strip()
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){16,}", digits):
        return Value(Kind.DIGEST, bytes.fromhex(digits))
    return Value(Kind.VALUE, text)


def _value(told: dict[str, Any]) -> Value:
    kind = Kind(told["kind"])
    return Value(kind, bytes.fromhex(told["hex"]) if kind in _IN_BYTES else str(told["text"]))

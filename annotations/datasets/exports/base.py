"""The interface of an export format."""

from abc import ABC, abstractmethod
from contextlib import ExitStack
from enum import StrEnum
from typing import IO, TYPE_CHECKING, ClassVar, Self

from annotations.datasets.exports.source import FrozenRelease, LabeledClip, Picture

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Part(StrEnum):
    """What a format can carry of a release."""

    CLIPS = "clips"  # every clip, also one without labels
    EVENTS = "events"
    TRACKS = "tracks"
    KEYFRAMES = "keyframes"  # the boxes as drawn
    BOXES = "boxes"  # the boxes of every picture, interpolated (`frames.annotated`)
    PICTURES = "pictures"


class Exporter(ABC):
    """Writes one file of a release, clip by clip: `begin`, then `add` for each clip in order, then `finish`.

    After `add`, a format that carries PICTURES is given the clip's annotated frames (`frames.annotated`), ascending.
    The bytes depend on the arguments and on `version` alone, and memory on one clip, not on their number (an archive
    keeps its table of contents in memory, less than 1 kB a file). `tests/datasets/exports/test_contract.py` holds
    every registered format to this.
    """

    code: ClassVar[str]
    """What addresses, entries of the log and rows call it, for ever: at most 16 lower-case letters, digits and `_`."""

    label: "ClassVar[StrOrPromise]"
    suffix: ClassVar[str]
    """The end of the file's name, without the dot."""

    content_type: ClassVar[str]
    version: ClassVar[int]
    """Raised whenever the same release would give other bytes. Each file notes the version that made it."""

    carries: ClassVar[frozenset[Part]]

    def __init__(self, file: IO[bytes], release: FrozenRelease) -> None:
        self.file, self.release = file, release
        self.resources = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Closes `resources`, whether or not the file was finished. `file` belongs to the caller and stays open."""
        self.resources.close()

    def begin(self) -> None:  # noqa: B027 - many formats have no head
        """Writes what comes before the first clip."""

    @abstractmethod
    def add(self, clip: LabeledClip) -> None:
        """Writes the labels of one clip."""

    def add_picture(self, clip: LabeledClip, picture: Picture) -> None:
        """Writes an annotated frame of the clip that was added last. Called only if PICTURES are carried."""
        raise NotImplementedError

    def finish(self) -> None:  # noqa: B027 - many formats have no end
        """Writes what comes after the last clip; the file is complete when this returns."""

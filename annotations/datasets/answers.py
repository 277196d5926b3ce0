"""What the API answers about releases."""

from typing import Any, Literal, TypedDict

ReleaseState = Literal["building", "frozen", "failed"]


class NamedDataset(TypedDict):
    id: str
    name: str


class Failure(TypedDict):
    code: str
    message: str


class FileAnswer(TypedDict):
    """`url` is null once the file was destroyed."""

    format: str
    version: int
    sha256: str
    bytes: int
    url: str | None


class ReleaseAnswer(TypedDict):
    """`filters` are what was asked for, `left_out` how many clips stayed out by reason, and `unusable` the public ids
    of clips that may not be used any more. Times are ISO 8601, digests hexadecimal.
    """

    id: str
    dataset: NamedDataset
    number: int
    state: ReleaseState
    progress: int
    failure: Failure | None
    filters: dict[str, Any]
    requested_by: str
    frozen_at: str | None
    manifest_sha256: str | None
    formerly: str | None
    succeeds: str | None
    successor: str | None
    erased: int
    clips: int
    left_out: dict[str, int]
    unusable: list[str]
    files: list[FileAnswer]


class Confirmed(TypedDict):
    """How many requests were answered."""

    confirmed: int

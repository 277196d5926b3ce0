"""What a backup consists of: every file with its digest, and what it takes to open them."""

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, get_origin, get_type_hints

from annotations.audit.journal import Known

FORMAT = 1
NAME = "manifest.json"
STORAGES = ("vault", "exports", "renditions")
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._ -]*")
_BLOCK = 1024 * 1024
_WORDS: Mapping[type, str] = {str: "text", int: "whole number", bool: "truth value"}


class Unusable(Exception):
    """The backup cannot be restored as it is, and why."""


@dataclass(frozen=True)
class BackedUp:
    """A file of the backup: its path inside, its size, its SHA-256 in hexadecimal digits."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`engine` is the database's, `wrapping` the ids of the wrapping keys with a check value for each, by what they are
    for; `journal` the last line that the database knew; `log_size` how many entries were signed."""

    backup: str
    made_at: str
    origin: str
    engine: str
    renditions: bool
    journal: Known
    log_size: int
    wrapping: dict[str, dict[str, str]]
    files: tuple[BackedUp, ...]

    def content(self) -> bytes:
        """The file that tells all this, the same bytes each time."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode() + b"\n"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content()).hexdigest()


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises Unusable."""
    try:
        told: dict[str, Any] = json.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        raise Unusable(f"{folder} has no {NAME}: it is no backup, or one that was not finished.") from None
    except (OSError, ValueError) as error:
        raise Unusable(f"{folder / NAME} cannot be read: {error}") from None
    if not isinstance(told, dict) or told.pop("format", None) != FORMAT:
        raise Unusable(f"{folder / NAME} has another format than this version reads ({FORMAT}).")
    try:
        files = tuple(BackedUp(**each) for each in told.pop("files"))
        made = Manifest(**{**told, "journal": Known(**told["journal"])}, files=files)
        _check_types(made)
        datetime.datetime.fromisoformat(made.made_at)
    except (KeyError, TypeError, ValueError) as error:
        raise Unusable(f"{folder / NAME} lacks something, or has it otherwise: {error}") from None
    _check_places(folder, made)
    return made


def _check_types(made: Manifest) -> None:
    """That each member is what its name promises. Raises TypeError."""
    for each in (made, made.journal, *made.files):
        for name, kind in get_type_hints(type(each)).items():
            plain = get_origin(kind) or kind
            if type(getattr(each, name)) is not plain:
                raise TypeError(f"{name} is no {_WORDS.get(plain, plain.__name__)}.")
    if not all(
        isinstance(ring, dict) and all(isinstance(value, str) for value in ring.values())
        for ring in made.wrapping.values()
    ):
        raise TypeError("wrapping does not hold values of keys.")


def _check_places(folder: Path, made: Manifest) -> None:
    """That nothing is read or written anywhere but where a backup has it. Raises Unusable."""
    paths = [each.path for each in made.files]
    for path in paths:
        parts = path.split("/")
        if not all(_PLAIN.fullmatch(part) for part in parts) or not (len(parts) == 1 or parts[0] in STORAGES):
            raise Unusable(f"{folder / NAME} names {path!r}, which is no place in a backup.")
    if len(set(paths)) < len(paths):
        raise Unusable(f"{folder / NAME} names a file twice.")
    if link := next((path for path in folder.rglob("*") if path.is_symlink()), None):
        raise Unusable(f"{link} is a link. A backup has none.")


def verify(folder: Path, manifest: Manifest, tell: Callable[[str], None]) -> None:
    """Reads every file and compares its digest. Raises Unusable naming the first that differs."""
    wanted = {each.path for each in manifest.files} | {NAME}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    if foreign := sorted(there - wanted):
        raise Unusable(f"{folder / foreign[0]} is not in the manifest.")
    for number, each in enumerate(manifest.files, 1):
        try:
            found = measured(folder, each.path)
        except OSError as error:
            raise Unusable(f"{folder / each.path} cannot be read: {error.strerror}.") from None
        if found != each:
            raise Unusable(f"{folder / each.path} is not what was backed up.")
        if number % 100 == 0:
            tell(f"{number} of {len(manifest.files)} files verified")


def measured(folder: Path, path: str) -> BackedUp:
    """The file as a manifest lists it."""
    with (folder / path).open("rb") as file:
        digest = digest_of(file)
        return BackedUp(path, file.tell(), digest)


def digest_of(file: IO[Any]) -> str:
    """SHA-256 of the rest of the file, in hexadecimal digits."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def check_values(rings: Mapping[str, Mapping[str, bytes]]) -> dict[str, dict[str, str]]:
    """For each key of each ring a value that tells whether another one is the same, and nothing of the key."""
    return {
        purpose: {
            name: hashlib.sha256(b"clip-review key check" + key).hexdigest()[:16]
            for name, key in ring.items()
        }
        for purpose, ring in rings.items()
    }


def lacking_keys(
    wanted: Mapping[str, Mapping[str, str]], there: Mapping[str, Mapping[str, str]]
) -> Iterable[str]:
    """The wrapping keys that the backup was made with and that are not there, as `purpose id`."""
    for purpose, ring in wanted.items():
        for name, value in ring.items():
            if there.get(purpose, {}).get(name) != value:
                yield f"{purpose} {name}"

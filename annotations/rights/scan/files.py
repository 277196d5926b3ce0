"""Searching files: their names, their bytes, what is packed in them, and what they show."""

import gzip
import os
import stat
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from functools import partial
from pathlib import Path
from typing import IO, cast

from annotations.rights.scan.matcher import BLOCK, Matcher
from annotations.rights.scan.pictures import Pictures
from annotations.rights.scan.progress import Progress
from annotations.rights.scan.report import Place, Report

DEEPEST = 4
"""Archives within archives that are opened."""
MOST_UNPACKED = 500_000_000
"""Bytes of one packed file that is looked into as a file of its own."""
_MEDIA = frozenset(
    {".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".flv", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}
)
_MAGIC = (b"\x1aE\xdf\xa3", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
_PARQUET = b"PAR1"
# xz, bzip2, Zstandard, 7-Zip, PDF: what they hold is compressed.
_PACKED = (b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"%PDF")
_HEAD = 512

Identity = tuple[int, int]


class Files:
    """Searches files of any kind. A file is searched once, however many names lead to it."""

    def __init__(self, matcher: Matcher, pictures: Pictures, report: Report, progress: Progress) -> None:
        self._matcher, self._pictures, self._report = matcher, pictures, report
        self._progress = progress
        self._seen: set[Identity] = set()
        self._locked: set[Identity] = set()

    def skip(self, path: Path) -> None:
        """A file that is not searched: the probe itself."""
        self._seen.add(_identity(path.stat()))

    def keep_locks(self, path: Path) -> None:
        """A file on which this process may hold locks: a database of SQLite's. Closing it here would drop them (SQLite,
        How to corrupt a database file, 2.2), so another program reads it."""
        if path.exists():
            self._locked.add(_identity(path.stat()))

    def tree(self, store: str, folder: Path, *, own_only: bool = False, noise: bool = False) -> None:
        """Every file below a folder, or one file. Links in it are not followed. What cannot be read is told.

        `own_only`: those of the account that runs this; others are not the site's. `noise`: as `Matcher.count`.
        """
        try:
            folder.stat()
        except FileNotFoundError:
            if folder.is_symlink():
                self._report.could_not(
                    Place(store, self._shown(str(folder))), "It is a link to what is not there."
                )
            return
        except OSError as error:
            self._unread(store, folder, error)
            return

        def closed(error: OSError) -> None:
            if isinstance(error, FileNotFoundError):
                return  # it has gone meanwhile
            path = Path(error.filename)
            try:
                of_others = own_only and path.lstat().st_uid != os.geteuid()
            except FileNotFoundError:
                return
            if not of_others:
                self._unread(store, path, error)

        for path in _walk(folder, closed):
            try:
                self._file(store, path, own_only=own_only, noise=noise)
            except FileNotFoundError:
                continue  # it has gone meanwhile
            except OSError as error:
                self._unread(store, path, error)

    def whole(self, store: str, folder: Path, *, own_only: bool = False, noise: bool = False) -> None:
        """As `tree`, of a folder that a store has: that it is not there is told, too."""
        if not (folder.exists() or folder.is_symlink()):
            self._report.could_not(Place(store, self._shown(str(folder))), "It is not there.")
        self.tree(store, folder, own_only=own_only, noise=noise)

    def stream(self, store: str, name: str, file: IO[bytes], *, noise: bool = False) -> None:
        """A file of a storage that is no folder."""
        self._name(store, name)
        self._begin(store)
        self._search(Place(store, self._shown(name)), file, name, noise=noise)

    def _unread(self, store: str, path: Path, error: OSError) -> None:
        self._report.could_not(Place(store, self._shown(str(path))), error.strerror or "It cannot be read.")

    def _file(self, store: str, path: Path, *, own_only: bool, noise: bool) -> None:
        found = path.lstat()
        if own_only and found.st_uid != os.geteuid():
            return
        self._name(store, str(path))
        place = Place(store, self._shown(str(path), found.st_ino))
        if stat.S_ISLNK(found.st_mode):
            self._count(place, [os.fsencode(os.readlink(path))])
        if not stat.S_ISREG(found.st_mode) or _identity(found) in self._seen:
            return
        self._seen.add(_identity(found))
        self._begin(store)
        if _identity(found) in self._locked:
            self._count(place, self._told(_by_another_program(path)))
            return
        with path.open("rb") as file:
            self._search(place, file, path.name, noise=noise)

    def _begin(self, store: str) -> None:
        self._report.searched[store] += 1
        self._progress.searched(things=1)

    def _told(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self._progress.searched(length=len(block))
            yield block

    def _name(self, store: str, name: str) -> None:
        """A name is told by its folder."""
        self._count(
            Place(store, f"names in {self._shown(str(Path(name).parent))}"), [os.fsencode(Path(name).name)]
        )

    def _shown(self, name: str, inode: int | None = None) -> str:
        """A name without the parts that hold a value; a file can be found by its inode then."""
        parts = ["…" if self._matcher.stands_in(os.fsencode(part)) else part for part in Path(name).parts]
        shown = str(Path(*parts)) if parts else name
        return shown if inode is None or parts[-1] != "…" else f"{shown} (inode {inode})"

    def _count(self, place: Place, blocks: Iterable[bytes], *, noise: bool = False) -> None:
        self._report.found(place, self._matcher.count(blocks, noise=noise))

    def _search(
        self, place: Place, file: IO[bytes], name: str, *, noise: bool = False, depth: int = 0
    ) -> None:
        """The bytes, then what is packed in them or what they show."""
        head = file.read(_HEAD)
        media, packed = _is_media(name, head), _is_packed(head)
        file.seek(0)
        self._count(place, self._told(_blocks(file)), noise=noise or media or packed)
        file.seek(0)
        try:
            if media and self._pictures.wanted:
                self._pictures.add(place, _in_memory(file))
            elif packed:
                self._unpack(place, file, head, depth)
            elif head.startswith(_PACKED):
                self._report.could_not(place, "It is packed in a way that is not opened.")
            elif head.startswith(_PARQUET):
                self._report.could_not(
                    place, "Columns of a Parquet file may be compressed: it is not opened."
                )
        except (
            zipfile.BadZipFile,
            tarfile.TarError,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ):
            self._report.could_not(place, "It is packed in a way that cannot be opened.")
        except TooLong:
            self._report.could_not(place, "It is too large to be opened.")

    def _unpack(self, place: Place, file: IO[bytes], head: bytes, depth: int) -> None:
        for name, member in _members(file, head):
            self._count(Place(place.store, f"names in {place.where}"), [os.fsencode(name)])
            inside = Place(place.store, f"{place.where}!{self._shown(name)}")
            if depth == DEEPEST:
                self._report.could_not(inside, "It is packed too deep.")
                continue
            try:
                with member() as packed, _in_memory(packed) as whole:
                    self._search(inside, whole, name, depth=depth + 1)
            except TooLong:
                self._report.could_not(inside, "It is too large to be opened.")


class TooLong(Exception):
    """It is longer than is looked into."""


def _identity(found: os.stat_result) -> Identity:
    """Of a file, whatever it is called."""
    return found.st_dev, found.st_ino


def _walk(folder: Path, unread: Callable[[OSError], None]) -> Iterator[Path]:
    if not folder.is_dir():
        if folder.exists():
            yield folder
        return
    for place, folders, names in os.walk(folder, onerror=unread):
        for name in (*names, *(each for each in folders if (Path(place) / each).is_symlink())):
            yield Path(place) / name


def _by_another_program(path: Path) -> Iterator[bytes]:
    """The bytes of a file that this process does not open. Raises OSError."""
    with subprocess.Popen(["cat", "--", str(path)], stdout=subprocess.PIPE) as reading:
        if reading.stdout is None:
            raise ValueError("the program has no output")
        yield from _blocks(reading.stdout)
    if reading.returncode:
        raise OSError(None, "It cannot be read.", str(path))


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _is_media(name: str, head: bytes) -> bool:
    suffix = Path(name).suffix.lower()
    return (
        suffix in _MEDIA
        or head[4:8] == b"ftyp"
        or head.startswith(_MAGIC)
        or head[:4] + head[8:12] == b"RIFFWEBP"
    )


def _is_packed(head: bytes) -> bool:
    return head.startswith((b"PK", b"\x1f\x8b")) or head[257:262] == b"ustar"


Member = tuple[str, Callable[[], AbstractContextManager[IO[bytes]]]]


def _members(file: IO[bytes], head: bytes) -> Iterator[Member]:
    """The files that are packed in one: a zip, a tar, or what gzip has packed."""
    if head.startswith(b"PK"):
        with zipfile.ZipFile(file) as archive:
            for told in archive.infolist():
                if not told.is_dir():
                    yield told.filename, partial(archive.open, told)
    elif head.startswith(b"\x1f\x8b"):
        yield "content", lambda: closing(cast(IO[bytes], gzip.GzipFile(fileobj=file)))
    else:
        with tarfile.open(fileobj=file) as packed:
            for each in packed:
                if content := packed.extractfile(each):
                    yield each.name, partial(closing, content)


def _in_memory(packed: IO[bytes]) -> IO[bytes]:
    """A copy that no disk holds, at its beginning. Raises TooLong, and what reading raises."""
    with ExitStack() as stack:
        whole = stack.enter_context(os.fdopen(os.memfd_create("searched", os.MFD_CLOEXEC), "w+b"))
        for block in _blocks(packed):
            if whole.tell() + len(block) > MOST_UNPACKED:
                raise TooLong
            whole.write(block)
        whole.seek(0)
        stack.pop_all()
        return whole

"""The file of the journal: only ever added to, by one process at a time, on the disk before it returns."""

import errno
import fcntl
import logging
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from annotations.audit.journal import lines
from annotations.audit.journal.lines import JournalAltered, JournalBehind, Line, Said
from annotations.core.errors import DomainError

logger = logging.getLogger(__name__)

_BLOCK = 64 * 1024
_PRIVATE = 0o600


# A pipe in the journal's place would otherwise wait for somebody at its other end, and the request with it.
_NEVER_WAITING = os.O_NONBLOCK | os.O_CLOEXEC


class JournalUnreachable(DomainError):
    """The file cannot be read or written, or something else than a file is in its place."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "journal_unreachable", "The journal cannot be written. Nothing was saved; try again."
        )


@dataclass(frozen=True)
class Known:
    """The last line that the database knows: its number, and its digest. Number 0 when it knows none."""

    number: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Stamp:
    """What changes with the file, from its directory entry alone."""

    inode: int
    size: int
    changed: tuple[int, int]


class JournalFile:
    """The journal at `path`, signed by the first of `keys` and verified by all of them.

    A last line without its end was being written when the machine stopped: its act did not commit. It is told in the
    programs' log and cut off with the next line.
    """

    def __init__(self, path: Path, keys: Mapping[str, bytes]) -> None:
        self.path = path
        self.keys = keys

    def stamp(self) -> Stamp | None:
        """None when there is no file. Raises JournalUnreachable."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return None
        except OSError:
            raise JournalUnreachable from None
        if not stat.S_ISREG(found.st_mode):
            raise JournalUnreachable
        return Stamp(found.st_ino, found.st_size, (found.st_mtime_ns, found.st_ctime_ns))

    def lines(self) -> list[Line]:
        """All whole lines, each verified. Raises JournalUnreachable, JournalAltered."""
        return [line for line, _ in self.after(None, 0)]

    def after(self, before: Line | None, offset: int) -> Iterator[tuple[Line, int]]:
        """The whole lines from the offset on, which is where `before` ends; each with where it ends itself."""
        try:
            with open(_opened(self.path, os.O_RDONLY), "rb") as file:
                file.seek(offset)
                for content in file:
                    if not content.endswith(b"\n"):
                        return
                    before = lines.read(content[:-1], before, self.keys)
                    offset += len(content)
                    yield before, offset
        except FileNotFoundError:
            return
        except OSError:
            raise JournalUnreachable from None

    def append(self, said: Said, known: Known) -> Line:
        """Adds a line and waits until it is on the disk.

        Raises JournalUnreachable; JournalBehind when the journal ends before what the database knows; JournalAltered
        when its last line is not what was written.
        """
        with self._alone() as file:
            last = self._last(file)
            number, digest = (last.number, last.digest) if last else (0, lines.NOTHING_BEFORE)
            if number < known.number:
                raise JournalBehind(known.number, number)
            if number == known.number and known.number and digest != known.digest:
                raise JournalAltered(f"line {number} is another one than the database knows.")
            return self._write(file, lines.write(said, number + 1, digest, self.keys))

    def begin_anew(self, said: Said, known: Known) -> Line:
        """Puts what there is aside, and begins with a line that follows what the database knows."""
        with self._alone() as file:
            if os.fstat(file).st_size:
                aside = self.path.with_name(f"{self.path.name}.until-{known.number}-{os.getpid()}")
                self.path.rename(aside)
        with self._alone() as file:
            previous = known.digest or lines.NOTHING_BEFORE
            return self._write(file, lines.write(said, known.number + 1, previous, self.keys))

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """The open file, while no other process writes."""
        try:
            file = self._locked()
            try:
                yield file
            finally:
                os.close(file)
        except OSError:
            raise JournalUnreachable from None

    def _locked(self) -> int:
        """Waits for whoever writes; takes the file anew when it was put aside meanwhile."""
        while True:
            new = not self.path.exists()
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = _opened(self.path, os.O_RDWR | os.O_CREAT)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if self.path.exists() and self._is(file):
                    if new:
                        self._keep_entry()
                    return file
            except BaseException:
                os.close(file)
                raise
            os.close(file)

    def _is(self, file: int) -> bool:
        """Whether the open file is still the one at the path."""
        return os.path.samestat(os.fstat(file), os.stat(self.path))

    def _keep_entry(self) -> None:
        """The directory says that the file is there, also after a power cut."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _last(self, file: int) -> Line | None:
        """The last whole line; what follows it is cut off. Its place in the chain is checked by whoever reads all."""
        start = size = os.fstat(file).st_size
        tail = b""
        while start and tail.count(b"\n") < 2:
            length = min(_BLOCK, start)
            start -= length
            tail = os.pread(file, length, start) + tail
        whole = tail[: tail.rfind(b"\n") + 1]
        if torn := len(tail) - len(whole):
            logger.warning("The journal's last line was not written to its end; %d bytes are cut off", torn)
            os.ftruncate(file, size - torn)
        return lines.parse(whole[:-1].rpartition(b"\n")[2], self.keys) if whole else None

    def _write(self, file: int, line: Line) -> Line:
        content = line.content + b"\n"
        end = os.fstat(file).st_size
        try:
            if os.pwrite(file, content, end) != len(content):
                raise OSError("short write")
            os.fsync(file)
        except OSError:
            os.ftruncate(file, end)
            raise
        return line


def _opened(path: Path, flags: int) -> int:
    """A descriptor of the regular file there. Raises OSError, also for a pipe, a device, a socket or a folder."""
    file = os.open(path, flags | _NEVER_WAITING, _PRIVATE)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "It is no regular file.", str(path))
    return file

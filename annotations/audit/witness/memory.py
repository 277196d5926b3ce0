"""What a witness cosigned last, for each log: on the disk before any cosignature leaves."""

import fcntl
import hashlib
import os
from pathlib import Path
from types import TracebackType

from annotations.audit.tree.checkpoints import Checkpoint, InvalidCheckpoint


class Unusable(Exception):
    """The folder does not hold what this program wrote there, or another one is using it."""


class Memory:
    """A folder with one file for each log; held by one process at a time, from `with` to its end.

    An accepted epoch leaves two more: what was cosigned before it, and the declaration.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = -1
        self._latest: dict[str, Checkpoint] = {}

    def __enter__(self) -> "Memory":
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._latest = {each.origin: each for each in map(_read, self.folder.glob("*.checkpoint"))}
        except BlockingIOError:
            os.close(self._lock)
            raise Unusable(f"Another witness is using {self.folder}.") from None
        except Unusable:
            os.close(self._lock)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        os.close(self._lock)

    def latest(self, origin: str) -> Checkpoint | None:
        return self._latest.get(origin)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Whole or not at all, and on the disk when it returns. Raises OSError, and then remembers nothing new."""
        self._write(_name(checkpoint.origin), checkpoint.format())
        self._latest[checkpoint.origin] = checkpoint

    def keep_accepted(self, checkpoint: Checkpoint, declaration: str) -> None:
        """Replaces what was cosigned last by what an accepted epoch goes on from. The old one and the declaration stay
        as files: they are the evidence of what the log once signed.
        """
        name = _name(checkpoint.origin)
        before = self._latest[checkpoint.origin]
        self._write(f"{name}.before-epoch-{checkpoint.epoch}", before.format())
        self._write(f"{name}.epoch-{checkpoint.epoch}", declaration)
        self.keep(checkpoint)

    def _write(self, name: str, content: str) -> None:
        path = self.folder / name
        fresh = path.with_name(f"{name}.new")
        with open(
            os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _name(origin: str) -> str:
    return f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"


def _read(path: Path) -> Checkpoint:
    try:
        checkpoint = Checkpoint.parse(path.read_text(encoding="utf-8"))
    except (InvalidCheckpoint, UnicodeDecodeError) as error:
        raise Unusable(f"{path} does not tell what was cosigned last: {error}") from None
    if path.name != _name(checkpoint.origin):
        raise Unusable(f"{path} tells of another log than its name.")
    return checkpoint

"""Checkpoints: what a log signs about its tree (c2sp.org/tlog-checkpoint)."""

from collections.abc import Iterator
from dataclasses import dataclass

from annotations.audit.tree.merkle import HASH_SIZE
from annotations.audit.tree.text import base64_decode, base64_encode, decimal

FIRST_EPOCH = 1
_PREVIOUS = "previous "
_EPOCH = "epoch "


class InvalidCheckpoint(ValueError):
    """The text is no checkpoint's body."""


@dataclass(frozen=True)
class Checkpoint:
    """The tree of the log `origin` as it was: its number of leaves and its root hash.

    `extensions` are further lines. Two have a meaning here: `previous N`, the size of the checkpoint before it, and
    `epoch N`, the epoch in which it was signed; others are kept as they are.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def following(self, previous: int | None, epoch: int = FIRST_EPOCH) -> "Checkpoint":
        """The same tree, as it is signed in this epoch after a checkpoint of `previous` leaves (0: after none).

        The first epoch has no line, so that a log that was never set back reads as ever.
        """
        lines = [] if previous is None else [f"{_PREVIOUS}{previous}"]
        lines += [f"{_EPOCH}{epoch}"] if epoch > FIRST_EPOCH else []
        return Checkpoint(self.origin, self.size, self.root, tuple(lines))

    @property
    def previous(self) -> int | None:
        """The size of the checkpoint before it, 0 for none; None where it does not tell."""
        return next(self._numbers(_PREVIOUS), None)

    @property
    def epoch(self) -> int:
        """The number of the epoch in which it was signed."""
        return next(self._numbers(_EPOCH), FIRST_EPOCH)

    def _numbers(self, name: str) -> Iterator[int]:
        return (decimal(line.removeprefix(name)) for line in self.extensions if line.startswith(name))

    def format(self) -> str:
        """The body to sign."""
        lines = (self.origin, str(self.size), base64_encode(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, body: str) -> "Checkpoint":
        """Raises InvalidCheckpoint unless it is a body in form: 32 bytes of root, no empty line."""
        if not body.endswith("\n"):
            raise InvalidCheckpoint("a checkpoint ends in a newline")
        lines = body[:-1].split("\n")
        if len(lines) < 3 or not all(lines):
            raise InvalidCheckpoint("a checkpoint has at least three lines, none of them empty")
        origin, size, root, *extensions = lines
        try:
            checkpoint = cls(origin, decimal(size), base64_decode(root), tuple(extensions))
            _ = checkpoint.previous, checkpoint.epoch
        except ValueError as error:
            raise InvalidCheckpoint(f"a line is {error}") from None
        if len(checkpoint.root) != HASH_SIZE:
            raise InvalidCheckpoint("a root hash has 32 bytes")
        return checkpoint

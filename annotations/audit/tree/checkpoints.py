"""Checkpoints: what a log signs about its tree (c2sp.org/tlog-checkpoint)."""

from dataclasses import dataclass

from annotations.audit.tree.merkle import HASH_SIZE
from annotations.audit.tree.text import base64_decode, base64_encode, decimal


class InvalidCheckpoint(ValueError):
    """The text is no checkpoint's body."""


@dataclass(frozen=True)
class Checkpoint:
    """The tree of the log `origin` as it was: its number of leaves and its root hash.

    `extensions` are further lines, without meaning here.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

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
        except ValueError as error:
            raise InvalidCheckpoint(f"a line is {error}") from None
        if len(checkpoint.root) != HASH_SIZE:
            raise InvalidCheckpoint("a root hash has 32 bytes")
        return checkpoint

"""A proof in one text file that an entry is in a log (c2sp.org/tlog-proof).

It holds the entry's index, its inclusion proof and a signed checkpoint; the reader has the entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.merkle import HASH_SIZE, leaf_hash
from annotations.audit.tree.proofs import InvalidProof, verify_inclusion
from annotations.audit.tree.signed_notes import PublicKey
from annotations.audit.tree.text import base64_decode, base64_encode, decimal

_HEADER = "c2sp.org/tlog-proof@v1"
_LIMIT = 64  # hashes; no tree of fewer than 2^64 leaves is higher


@dataclass(frozen=True)
class TlogProof:
    """`checkpoint` is the whole signed note, as text. `extra` is not proven by anything."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def format(self) -> str:
        extra = [] if self.extra is None else [f"extra {base64_encode(self.extra)}"]
        head = [_HEADER, *extra, f"index {self.index}", *map(base64_encode, self.hashes), ""]
        return "".join(f"{line}\n" for line in head) + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """Raises InvalidProof unless it is a proof in form. Does not look into the checkpoint."""
        head, blank, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != _HEADER:
            raise InvalidProof("not a tlog-proof")
        if not checkpoint.endswith("\n"):
            raise InvalidProof("the proof has no whole checkpoint")
        extra = lines.pop(0).removeprefix("extra ") if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise InvalidProof("the proof names no index")
        try:
            index = decimal(lines[0].removeprefix("index "))
            hashes = tuple(map(base64_decode, lines[1:]))
            extra_bytes = None if extra is None else base64_decode(extra)
        except ValueError as error:
            raise InvalidProof(f"a line is {error}") from None
        if len(hashes) > _LIMIT or any(len(each) != HASH_SIZE for each in hashes):
            raise InvalidProof("a proof has at most 64 hashes of 32 bytes")
        return cls(index, hashes, checkpoint, extra_bytes)

    def verify(self, entry: bytes, origin: str, keys: Iterable[PublicKey]) -> Checkpoint:
        """The signed checkpoint under which the entry is in the log.

        Raises InvalidProof, InvalidCheckpoint or InvalidSignedNote (Untrusted) when it does not show that.
        """
        note = signed_notes.parse(self.checkpoint)
        note.verify(keys)
        checkpoint = Checkpoint.parse(note.text)
        if checkpoint.origin != origin:
            raise InvalidProof(f"the checkpoint is of {checkpoint.origin}, not of {origin}")
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint

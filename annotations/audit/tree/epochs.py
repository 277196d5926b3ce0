"""Declared epochs: what a log says when its database was set back, signed by its own keys.

An epoch's declaration is a signed note, so that whoever has the log's public keys can check it alone. Its text is two
lines: the name of the form, and one line of JSON in one spelling (keys sorted, no blanks). No checkpoint reads as one,
and no declaration as a checkpoint: their second lines differ in kind.
"""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import FIRST_EPOCH, Checkpoint, InvalidCheckpoint
from annotations.audit.tree.log_keys import LogKey
from annotations.audit.tree.signed_notes import InvalidSignedNote, PublicKey, SignedNote
from annotations.audit.tree.text import UINT64_LIMIT, base64_decode, base64_encode

FORM = "audit-epoch/1"
_NAMES = {"agreed_by", "by", "declared_at", "entry", "keys", "lost", "number", "origin", "restored"}


class InvalidDeclaration(ValueError):
    """The text declares no epoch in form."""


@dataclass(frozen=True)
class Declaration:
    """The log goes on from the tree `restored`; what was signed beyond that, up to the note `lost`, is lost.

    `number` counts epochs from 2 on. `entry` is the index at which the log tells of it; the first checkpoint of the
    epoch covers that. `keys` is the policy of the epoch that ended, None where nobody kept it. `by` and `agreed_by`
    are pseudonyms, `declared_at` is as entries tell times.
    """

    number: int
    restored: Checkpoint
    lost: str
    entry: int
    keys: tuple[LogKey, ...] | None
    declared_at: str
    by: str
    agreed_by: str

    @property
    def moment(self) -> datetime.datetime:
        """When it was declared. Raises ValueError for what is no time."""
        return datetime.datetime.fromisoformat(self.declared_at)

    @property
    def last(self) -> Checkpoint:
        """What was signed last in the epoch that ended."""
        return Checkpoint.parse(signed_notes.parse(self.lost).text)

    def covers(self, size: int, epoch: int) -> bool:
        """Whether a checkpoint of this size, signed in that epoch, is of what was lost."""
        return epoch < self.number and self.restored.size < size <= self.last.size

    def format(self) -> str:
        """The text to sign."""
        keys = None if self.keys is None else [vars(each) for each in self.keys]
        value = {
            "agreed_by": self.agreed_by,
            "by": self.by,
            "declared_at": self.declared_at,
            "entry": self.entry,
            "keys": keys,
            "lost": self.lost,
            "number": self.number,
            "origin": self.restored.origin,
            "restored": {"root": base64_encode(self.restored.root), "size": self.restored.size},
        }
        return f"{FORM}\n{json.dumps(value, ensure_ascii=False, separators=(',', ':'), sort_keys=True)}\n"

    @classmethod
    def parse(cls, text: str) -> "Declaration":
        """Raises InvalidDeclaration unless the text is one in its one spelling. Checks no signature."""
        form, _, line = text.partition("\n")
        try:
            value = json.loads(line)
            if form != FORM or set(value) != _NAMES:
                raise ValueError(f"not of the form {FORM}")
            restored = Checkpoint(
                value["origin"], value["restored"]["size"], base64_decode(value["restored"]["root"])
            )
            keys = value["keys"]
            spans = None if keys is None else tuple(LogKey(**each) for each in keys)
            people = value["declared_at"], value["by"], value["agreed_by"]
            read = cls(value["number"], restored, value["lost"], value["entry"], spans, *people)
            if read.format() != text:
                raise ValueError("not in its one spelling")
            read._check()
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise InvalidDeclaration(f"this declares no epoch: {error}") from None
        return read

    def _check(self) -> None:
        """ValueError when the parts do not go together."""
        Checkpoint.parse(self.restored.format())
        numbers = [self.number, self.restored.size, self.entry]
        numbers += [size for key in self.keys or () for size in (key.since, key.until or 0)]
        if not all(type(each) is int and 0 <= each < UINT64_LIMIT for each in numbers):
            raise ValueError("a size or a number is none")
        texts = (self.declared_at, self.by, self.agreed_by, *(key.vkey for key in self.keys or ()))
        if not all(isinstance(each, str) for each in texts):
            raise ValueError("a name is none")
        if self.moment.utcoffset() is None:
            raise ValueError("a time without a zone")
        last = self.last
        if last.origin != self.restored.origin:
            raise InvalidCheckpoint("what was lost is another log's")
        if not FIRST_EPOCH <= last.epoch < self.number:
            raise ValueError("an epoch follows the one that it ends")
        if not self.restored.size < last.size or self.entry < self.restored.size:
            raise ValueError("nothing was lost")


def parse(note: str) -> tuple[Declaration, SignedNote]:
    """The declaration in a signed note, and the note, whose signatures are for the caller to check.

    Raises InvalidDeclaration, InvalidSignedNote.
    """
    signed = signed_notes.parse(note)
    return Declaration.parse(signed.text), signed


def objections(
    declared: Sequence[tuple[Declaration, SignedNote]], policy: Sequence[LogKey]
) -> Iterator[tuple[Declaration, str]]:
    """What is wrong with the signatures of the declarations, which are all that there are, the first one first.

    `policy` are the keys of the epoch that lasts. Those of an epoch that ended are what the declaration carries that
    ended it, so that it is the last one that is to be trusted first.
    """
    last = declared[-1][0].number if declared else FIRST_EPOCH
    keys: dict[int, Sequence[LogKey]] = {last: policy}
    for declaration, _ in reversed(declared):
        of_later = keys.get(declaration.number, policy)
        keys[declaration.number - 1] = of_later if declaration.keys is None else declaration.keys
    unknown = {declaration.number - 1 for declaration, _ in declared if declaration.keys is None}
    for declaration, signed in declared:
        own = keys.get(declaration.number, policy)
        if not _signed(signed, [key.public for key in own if key.signs(declaration.restored.size + 1)]):
            yield declaration, "the keys that sign after it have not signed it"
        lost = declaration.last
        unsure = lost.epoch in unknown
        then = [key.public for key in keys.get(lost.epoch, policy) if unsure or key.signs(lost.size)]
        if not _signed(signed_notes.parse(declaration.lost), then, one=unsure):
            yield declaration, "the keys of its time have not signed what it calls lost"


def _signed(note: SignedNote, keys: Sequence[PublicKey], *, one: bool = False) -> bool:
    """Whether every one of the keys has signed it, or, where that is enough, one."""
    try:
        found = len(note.verify(keys))
    except InvalidSignedNote:
        return False
    return one or found == len(keys)

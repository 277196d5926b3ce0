"""What the folder of the log's keys remembers, outside the database: the last checkpoint that was signed, the key
policy under which it was, and the epochs that were declared.

Should the database be set back or rewritten, this is what tells; should it come back without some of this, this is
where it comes from.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.audit.keys.refused import Refused
from annotations.audit.tree import epochs, signed_notes
from annotations.audit.tree.checkpoints import Checkpoint, InvalidCheckpoint
from annotations.audit.tree.epochs import Declaration, InvalidDeclaration
from annotations.audit.tree.log_keys import LogKey
from annotations.audit.tree.signed_notes import InvalidSignedNote

_LAST = "last-signed"
_POLICY = "key-policy.json"
_EPOCHS = "epochs.jsonl"


@dataclass(frozen=True)
class LastSigned:
    """The last checkpoint that was signed, and the text of its signed note. `note` is empty where only the body was
    kept, as was done before the log knew epochs.
    """

    checkpoint: Checkpoint
    note: str


class Memory:
    """The files of one folder. Each is written whole or not at all, readable by this account only.

    Whoever reads one gets Refused when it does not hold what was written there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self) -> LastSigned | None:
        """None when nothing was signed yet."""
        path = self.folder / _LAST
        if not path.exists():
            return None
        content = path.read_text(encoding="utf-8")
        try:
            note = content if "\n\n" in content else ""
            body = signed_notes.parse(note).text if note else content
            return LastSigned(Checkpoint.parse(body), note)
        except (InvalidCheckpoint, InvalidSignedNote) as error:
            raise Refused(f"{path} does not tell what was signed last: {error}") from None

    def keep_last(self, note: str) -> None:
        write(self.folder / _LAST, note)

    def policy(self) -> tuple[LogKey, ...] | None:
        """The keys' policy as it was last, None where it was not kept."""
        path = self.folder / _POLICY
        if not path.exists():
            return None
        try:
            return tuple(LogKey(**each) for each in json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise Refused(f"{path} does not tell which keys signed: {error}") from None

    def keep_policy(self, keys: Sequence[LogKey]) -> None:
        if self.policy() != tuple(keys):
            write(self.folder / _POLICY, json.dumps([vars(each) for each in keys], indent=1) + "\n")

    def declared(self) -> dict[str, Declaration]:
        """The epochs' declarations by their signed notes, the first one first."""
        path = self.folder / _EPOCHS
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        try:
            return {note: epochs.parse(note)[0] for note in map(json.loads, lines)}
        except (InvalidDeclaration, InvalidSignedNote, AttributeError, ValueError) as error:
            raise Refused(f"{path} does not tell which epochs were declared: {error}") from None

    def keep_declared(self, notes: Iterable[str]) -> None:
        """Adds the declarations that are not kept yet; none is ever forgotten."""
        known = self.declared()
        if fresh := [each for each in notes if each not in known]:
            lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in (*known, *fresh))
            write(self.folder / _EPOCHS, "".join(lines))


def write(path: Path, content: str) -> None:
    """Whole or not at all, readable by this account only, and on the disk before it returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)

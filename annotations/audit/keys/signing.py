"""The log's private keys: files in a folder that the sequencer's process alone is given (`AUDIT_KEYS_DIR`).

The folder also remembers the last tree that was signed, outside the database: should the database be set back or
rewritten, the keys do not sign another past.
"""

from collections.abc import Callable
from pathlib import Path

from annotations.audit.integrity.status import last_checkpoint
from annotations.audit.keys.memory import LastSigned, Memory, write
from annotations.audit.keys.policy import keys_at, log_keys
from annotations.audit.keys.refused import Refused
from annotations.audit.models import Epoch
from annotations.audit.tree import epochs, signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.epochs import Declaration, InvalidDeclaration
from annotations.audit.tree.signed_notes import InvalidSignedNote, PrivateKey, PublicKey, SignedNote
from annotations.core.commands import command

# The root of the first so many leaves of the database's tree.
RootOf = Callable[[int], bytes]


class SetBack(Refused):
    """The database holds less than was signed, and nothing that contradicts it: an epoch may be declared."""

    def __init__(self, last: LastSigned, size: int) -> None:
        signed = last.checkpoint
        super().__init__(
            f"A tree of {signed.size} entries was signed, and the database, which holds {size}, is not it: it was "
            f"set back. After a restore, two privacy officers declare an epoch: {command('audit declare-epoch')}"
        )
        self.last = last


class KeyFolder:
    """Signs checkpoints of the log `origin` with the keys that the policy asks for."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.origin = origin
        self.memory = Memory(folder)

    def sign(self, checkpoint: Checkpoint, root_of: RootOf) -> str:
        """The signed note. Refused when this folder signed a tree that this one does not continue, when no key
        signs at that size, or when one that should is not here.
        """
        self.check_past(checkpoint.size, root_of)
        if checkpoint.epoch < max((each.number for each in self.memory.declared().values()), default=0):
            raise Refused("An epoch was declared that the database does not know: it was taken out.")
        note = self.sign_text(checkpoint.format(), checkpoint.size)
        self.memory.keep_policy(log_keys())
        self.memory.keep_declared(declarations())
        self.memory.keep_last(note)
        return note

    def sign_text(self, text: str, size: int) -> str:
        """The note of a text, signed by every key that signs checkpoints of this size. Raises Refused."""
        keys = [self._load(key) for key in keys_at(size)]
        if not keys:
            raise Refused(f"No key signs the log. Make one: {command('audit keys new')}")
        return signed_notes.sign(text, *keys)

    def sign_with_all(self, text: str) -> str:
        """The note of a text, signed by every key in the folder."""
        return signed_notes.sign(text, *self._all())

    def make(self) -> PublicKey:
        """Makes a new key and keeps it here. It signs when the policy says so."""
        key = PrivateKey.generate(self.origin)
        write(self.folder / _file(key.public), f"{key.skey}\n")
        return key.public

    def destroy(self, key: PublicKey) -> None:
        """Deletes a private key for good."""
        (self.folder / _file(key)).unlink(missing_ok=True)

    def here(self) -> list[PublicKey]:
        """The keys whose private halves are in the folder, also such as do not sign."""
        return [key.public for key in self._all()]

    def has(self, key: PublicKey) -> bool:
        return (self.folder / _file(key)).exists()

    def last_signed(self) -> LastSigned | None:
        """What was signed last, None when nothing was. Refused when that cannot be told, or is another log's."""
        last = self.memory.last()
        if last and last.checkpoint.origin != self.origin:
            raise Refused(f"The keys belong to the log {last.checkpoint.origin}, not to {self.origin}.")
        return last

    def check_past(self, size: int, root_of: RootOf) -> None:
        """Refused when the tree of so many leaves does not continue what was signed last, or what an epoch declares to
        have come in its place; SetBack when the database has signed nothing since that could contradict.
        """
        last = self.last_signed()
        if last is None:
            return
        epoch = self.epoch_after(last)
        past = epoch.restored if epoch else last.checkpoint
        if past.size <= size and root_of(past.size) == past.root:
            return
        held = last_checkpoint()
        if held and held.size >= past.size:
            raise Refused(
                f"The tree of {past.size} entries is not the one that was signed: it was rewritten."
            )
        raise SetBack(last, size)

    def epoch_after(self, last: LastSigned) -> Declaration | None:
        """The epoch that was declared when this was what was signed last; None when none was.

        What the database tells counts when a key of this folder has signed it: whoever rules the database alone
        declares nothing.
        """
        text = last.checkpoint.format()
        found = None
        for note in declarations():
            try:
                declaration, signed = epochs.parse(note)
                if signed_notes.parse(declaration.lost).text == text:
                    self._check_own(note, signed)
                    found = declaration
            except (InvalidDeclaration, InvalidSignedNote) as error:
                raise Refused(
                    f"An epoch of the database is none that these keys declared: {error}."
                ) from None
        return found

    def _check_own(self, note: str, signed: SignedNote) -> None:
        """Raises Untrusted when neither this folder remembers the declaration nor a key here has signed it."""
        if note not in self.memory.declared():
            signed.verify(self.here())

    def _all(self) -> list[PrivateKey]:
        try:
            return [PrivateKey.parse(path.read_text().strip()) for path in sorted(self.folder.glob("*.key"))]
        except InvalidSignedNote as error:
            raise Refused(f"A file of {self.folder} holds no key: {error}.") from None

    def _load(self, key: PublicKey) -> PrivateKey:
        path = self.folder / _file(key)
        try:
            found = PrivateKey.parse(path.read_text().strip())
        except (FileNotFoundError, InvalidSignedNote) as error:
            raise Refused(
                f"The key {key.key_id.hex()} should sign, and {path} does not hold it: {error}"
            ) from None
        if found.public != key:
            raise Refused(f"{path} holds another key than {key.vkey}.")
        return found


def declarations() -> list[str]:
    """The signed notes by which epochs were declared, as the database holds them."""
    return list(Epoch.objects.order_by("number").values_list("declaration", flat=True))


def _file(key: PublicKey) -> str:
    return f"{key.key_id.hex()}.key"

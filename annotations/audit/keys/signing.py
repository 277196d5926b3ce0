"""The log's private keys: files in a folder that the sequencer's process alone is given (`AUDIT_KEYS_DIR`).

The folder also remembers the last tree that was signed, outside the database: should the database be set back or
rewritten, the keys do not sign another past.
"""

import os
from collections.abc import Callable
from pathlib import Path

from annotations.audit.keys.policy import keys_at
from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import Checkpoint, InvalidCheckpoint
from annotations.audit.tree.signed_notes import InvalidSignedNote, PrivateKey, PublicKey

_MEMORY = "last-signed"


class Refused(Exception):
    """The tree is not one that may be signed: it does not continue what was signed, or a key is not here."""


class KeyFolder:
    """Signs checkpoints of the log `origin` with the keys that the policy asks for."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.origin = origin

    def sign(self, size: int, root: bytes, root_of: Callable[[int], bytes]) -> str:
        """The signed note. Refused when this folder signed a tree that this one does not continue, when no key
        signs at that size, or when one that should is not here.
        """
        self._check_past(size, root, root_of)
        keys = [self._load(key) for key in keys_at(size)]
        if not keys:
            raise Refused("No key signs the log. Make one: manage.py audit keys new")
        body = Checkpoint(self.origin, size, root).format()
        self._write(_MEMORY, body)
        return signed_notes.sign(body, *keys)

    def make(self) -> PublicKey:
        """Makes a new key and keeps it here. It signs when the policy says so."""
        key = PrivateKey.generate(self.origin)
        self._write(_file(key.public), f"{key.skey}\n")
        return key.public

    def destroy(self, key: PublicKey) -> None:
        """Deletes a private key for good."""
        (self.folder / _file(key)).unlink(missing_ok=True)

    def has(self, key: PublicKey) -> bool:
        return (self.folder / _file(key)).exists()

    def _check_past(self, size: int, root: bytes, root_of: Callable[[int], bytes]) -> None:
        path = self.folder / _MEMORY
        if not path.exists():
            return
        try:
            past = Checkpoint.parse(path.read_text())
        except InvalidCheckpoint as error:
            raise Refused(f"{path} does not tell what was signed last: {error}") from None
        if past.origin != self.origin:
            raise Refused(f"The keys belong to the log {past.origin}, not to {self.origin}.")
        if past.size > size:
            raise Refused(
                f"A tree of {past.size} entries was signed, and the database holds {size}: it was set back."
            )
        if (root if past.size == size else root_of(past.size)) != past.root:
            raise Refused(
                f"The tree of {past.size} entries is not the one that was signed: it was rewritten."
            )

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

    def _write(self, name: str, content: str) -> None:
        """Whole or not at all, readable by this account only, and on the disk before it returns."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.folder / f".{name}.{os.getpid()}"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.folder / name)
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _file(key: PublicKey) -> str:
    return f"{key.key_id.hex()}.key"

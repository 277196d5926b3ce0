"""Opening whatever can be opened of a backup with the keys at hand. Written from the documents alone (ADR 14, ADR 39,
docs/deployment.md): no code of the product, and every key is tried on everything.
"""

import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from tests.rights.scan.backup import Backup, Row

MAGIC, PREFIX, CHUNK, TAG, NONCE = b"RVAULT1\n", 7, 1 << 20, 16, 12
VERSION, KEY_ID = b"\x01", 16
_LEAST = NONCE + TAG
_SUBJECTS_IN = ("clips_owner", "clips_device", "audit_entrydetail", "rights_accessrequest", "accounts_user")


@dataclass
class Keys:
    """Key-encryption keys, and the wrapped keys of the store with their subjects."""

    encrypting: list[bytes]
    wrapped: list[tuple[str, bytes]] = field(default_factory=list)

    def plain(self) -> set[bytes]:
        """All keys that can be had of them."""
        unwrapped = (_unwrapped(key, wrapped) for _, wrapped in self.wrapped for key in self.encrypting)
        return {*self.encrypting, *filter(None, unwrapped)}


def keys_at_hand(encrypting: Iterable[bytes], store_url: str) -> Keys:
    """With what the store of subjects' keys holds now."""
    statement = "SELECT subject, wrapped FROM subject_key"
    parts = urlsplit(store_url)
    if parts.scheme == "sqlite":
        with closing(sqlite3.connect(parts.path.removeprefix("/"))) as store:
            rows: list[Any] = store.execute(statement).fetchall()
    else:
        with closing(psycopg.connect(store_url)) as server:
            rows = server.execute(statement).fetchall()
    return Keys(list(encrypting), [(subject, bytes(wrapped)) for subject, wrapped in rows])


def opened(backup: Backup, keys: Keys) -> list[bytes]:
    """Everything that opens. What opens may be a key itself: then it is tried, too."""
    rows = list(backup.rows())
    subjects = _subjects(rows) | {subject for subject, _ in keys.wrapped}
    known = keys.plain()
    found = [
        plain
        for sealed, bindings in _sealed(rows, subjects)
        for plain in _open_sealed(sealed, bindings, known)
    ]
    known |= set(filter(None, (_unwrapped(key, plain) for key in keys.encrypting for plain in found)))
    files = [path.read_bytes() for path in backup.files()]
    return found + [plain for content in files for key in known if (plain := _open_file(content, key))]


def _subjects(rows: Iterable[tuple[str, Row]]) -> set[str]:
    """Every name under which something may have been sealed: it is no secret."""
    found = set()
    for table, row in rows:
        found |= {
            str(row[name]) for name in ("pseudonym", "subject") if table in _SUBJECTS_IN and name in row
        }
        if table == "clips_clip":
            found.add(f"c-{uuid.UUID(str(row['public_id'])).hex}")
    return found


def _sealed(rows: Iterable[tuple[str, Row]], subjects: set[str]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Every value of bytes, and what it may have been bound to: a subject, an id of its row and a subject, nothing."""
    plain = [VERSION + subject.encode() for subject in subjects]
    for _, row in rows:
        ids = [each for each in map(_uuid, row.values()) if each]
        of_row = {str(value) for value in row.values() if isinstance(value, str)} & subjects
        bound = [each.bytes + subject.encode() for each in ids for subject in of_row]
        for value in row.values():
            if isinstance(value, bytes) and len(value) >= _LEAST:
                yield value, [*plain, *bound, b""]


def _uuid(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def _open_sealed(value: bytes, bindings: list[bytes], keys: Iterable[bytes]) -> Iterator[bytes]:
    """With the version and the key's id in front, and without."""
    for start in (len(VERSION) + KEY_ID, 0):
        nonce, ciphertext = value[start : start + NONCE], value[start + NONCE :]
        if len(ciphertext) < TAG:
            continue
        for key in keys:
            cipher = AESGCM(key)
            for binding in bindings:
                with suppress(InvalidTag):
                    yield cipher.decrypt(nonce, ciphertext, binding)


def _open_file(content: bytes, key: bytes) -> bytes | None:
    """A file of the vault: a header, then chunks. A nonce is the prefix, the number, and 1 for the last."""
    header, plain = content[: len(MAGIC) + PREFIX], b""
    if not content.startswith(MAGIC) or len(key) != 32:
        return None
    starts = range(len(header), len(content), CHUNK + TAG)
    for number, start in enumerate(starts):
        last = b"\x01" if number == len(starts) - 1 else b"\x00"
        nonce = header[len(MAGIC) :] + number.to_bytes(4, "big") + last
        try:
            plain += AESGCM(key).decrypt(nonce, content[start : start + CHUNK + TAG], header)
        except InvalidTag:
            return None
    return plain


def _unwrapped(key: bytes, wrapped: bytes) -> bytes | None:
    """AES key wrap (RFC 3394) of a key of 256 bits."""
    if len(wrapped) != 40:
        return None
    try:
        return aes_key_unwrap(key, wrapped)
    except InvalidUnwrap:
        return None


def as_files(plain: Iterable[bytes], folder: Path) -> Path:
    """What was opened, one file each, for searching it."""
    folder.mkdir()
    for number, content in enumerate(plain):
        (folder / str(number)).write_bytes(content)
    return folder

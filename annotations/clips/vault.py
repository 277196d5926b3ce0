"""The vault: originals, encrypted, in the storage `vault`."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from annotations.clips import encryption
from annotations.clips.memory import memory_file
from annotations.clips.models import Original
from annotations.core import ids, wrapping
from annotations.core.wrapping import Damaged, WrappedKey


def storage() -> Storage:
    return storages["vault"]


def put(plain: BinaryIO, folder: str = "") -> tuple[str, WrappedKey]:
    """Encrypts `plain` from its beginning into a new file; its name and wrapped key.

    `folder` (with a slash at its end) keeps what other contexts put here apart from the originals.

    Only ciphertext goes through the spooled temporary file.
    """
    key, wrapped = wrapping.new_key(settings.VAULT_KEYS)
    plain.seek(0)
    with tempfile.SpooledTemporaryFile(max_size=16 * encryption.CHUNK) as encrypted:
        target = cast(BinaryIO, encrypted)
        encryption.write_all(encryption.encrypt(key, plain), target)
        target.seek(0)
        name = ids.random_id().hex
        return storage().save(f"{folder}{name[:2]}/{name}", File(target)), wrapped


@contextmanager
def opened(original: Original) -> Iterator[BinaryIO]:
    """The plain original as a file in memory, verified to the last chunk; gone when the block ends.

    Raises Damaged when it is not what was received: altered, cut, or another clip's.
    """
    with decrypted(original.name, WrappedKey(original.key_id, bytes(original.wrapped_key))) as plain:
        if hashlib.file_digest(plain, "sha256").hexdigest() != original.clip.sha256:
            raise Damaged("This is not the clip's original.")
        plain.seek(0)
        yield plain


@contextmanager
def decrypted(name: str, wrapped: WrappedKey) -> Iterator[BufferedRandom]:
    """A file of the vault, plain and in memory, at its beginning; gone when the block ends. Raises Damaged."""
    key = wrapping.unwrap(settings.VAULT_KEYS, wrapped)
    with memory_file("vault") as plain:
        with storage().open(name) as encrypted:
            encryption.write_all(encryption.decrypt(key, cast(BinaryIO, encrypted)), plain)
        plain.seek(0)
        yield plain

"""The vault: originals, encrypted, in the storage `vault`."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from annotations.audit.sealed import Sealed, seal_bytes, unseal_bytes_of_each
from annotations.clips import encryption
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip, Original
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


def seal_key(clip: Clip, key: WrappedKey) -> bytes:
    """A file's wrapped key as a row of the clip keeps it: sealed under the clip's subject as well.

    Once that subject's key is destroyed, the row and the key-encryption key together open nothing. Inside the
    transaction that keeps it. Raises Unreachable.
    """
    return seal_bytes(clip.subject, key.wrapped)


@contextmanager
def opened(original: Original) -> Iterator[BinaryIO]:
    """The plain original as a file in memory, verified to the last chunk; gone when the block ends.

    Raises as `decrypted`. What opens is what was received: the key opens this file only, and as this clip's only.
    """
    with decrypted(original.clip, original.name, original.key_id, original.wrapped_key) as plain:
        yield plain


@contextmanager
def decrypted(
    clip: Clip, name: str, key_id: str, sealed_key: bytes | memoryview | None
) -> Iterator[BufferedRandom]:
    """A file of the vault, plain and in memory, at its beginning; gone when the block ends.

    `sealed_key` is its key as the row keeps it (`seal_key`). Raises Unreachable, and Damaged when it is not what was
    put there, is another clip's, or its key is destroyed.
    """
    (wrapped,) = unseal_bytes_of_each([Sealed(clip.subject, bytes(sealed_key or b""))])
    if wrapped is None:
        raise Damaged("The key of this file was destroyed.")
    key = wrapping.unwrap(settings.VAULT_KEYS, WrappedKey(key_id, wrapped))
    with memory_file("vault") as plain:
        with storage().open(name) as encrypted:
            encryption.write_all(encryption.decrypt(key, cast(BinaryIO, encrypted)), plain)
        plain.seek(0)
        yield plain

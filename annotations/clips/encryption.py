"""Encrypted files: AES-256-GCM over 1 MiB chunks in the STREAM construction.

Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance
(CRYPTO 2015). A file is a header, then chunks. The nonce of a chunk is a random prefix of 7 bytes, the chunk's
number in 4 bytes and a byte that is 1 for the last chunk, so that truncation, reordering and swapping are told;
the header is the associated data of every chunk. Each file has a random key of its own
(`core.wrapping`), kept apart from the file: without it the file is noise.
"""

import secrets
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from annotations.core.wrapping import Damaged

CHUNK = 1024 * 1024
TAG = 16
_MAGIC = b"RVAULT1\n"
_PREFIX = 7
HEADER = len(_MAGIC) + _PREFIX


def encrypt(key: bytes, plain: BinaryIO) -> Iterator[bytes]:
    """The encrypted file, piece by piece: the header, then each chunk with its tag."""
    prefix = secrets.token_bytes(_PREFIX)
    header = _MAGIC + prefix
    yield header
    cipher, number, chunk = AESGCM(key), 0, plain.read(CHUNK)
    while True:
        following = plain.read(CHUNK) if len(chunk) == CHUNK else b""
        yield cipher.encrypt(_nonce(prefix, number, last=not following), chunk, header)
        if not following:
            return
        number, chunk = number + 1, following


def decrypt(key: bytes, encrypted: BinaryIO) -> Iterator[bytes]:
    """The plain chunks in order; Damaged as soon as one does not verify, or when the last one is missing."""
    header = encrypted.read(HEADER)
    if len(header) != HEADER or not header.startswith(_MAGIC):
        raise Damaged("The file does not begin as an encrypted file does.")
    prefix = header[len(_MAGIC) :]
    cipher, number, chunk = AESGCM(key), 0, encrypted.read(CHUNK + TAG)
    while True:
        following = encrypted.read(CHUNK + TAG) if len(chunk) == CHUNK + TAG else b""
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=not following), chunk, header)
        except InvalidTag:
            raise Damaged(f"Chunk {number} does not verify.") from None
        if not following:
            return
        number, chunk = number + 1, following


def write_all(pieces: Iterable[bytes], target: BinaryIO) -> None:
    for piece in pieces:
        target.write(piece)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")

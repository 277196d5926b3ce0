import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings, strategies as st

from annotations.clips import encryption
from annotations.clips.encryption import CHUNK, HEADER, TAG
from annotations.core.wrapping import Damaged, new_key

KEYS = {"now": b"n" * 32, "before": b"b" * 32}


def encrypted(content: bytes) -> tuple[bytes, bytes]:
    key, _ = new_key(KEYS)
    return key, b"".join(encryption.encrypt(key, io.BytesIO(content)))


def decrypted(key: bytes, data: bytes) -> bytes:
    return b"".join(encryption.decrypt(key, io.BytesIO(data)))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_what_goes_in_comes_out(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    key, data = encrypted(content[:size])
    assert decrypted(key, data) == content[:size]
    assert size < 16 or content[: min(size, 64)] not in data  # fewer bytes may be there by chance


@settings(max_examples=60)
@given(content=st.binary(min_size=1, max_size=2000), position=st.integers(0), bit=st.integers(0, 7))
def test_any_changed_bit_is_told(content: bytes, position: int, bit: int) -> None:
    key, data = encrypted(content)
    changed = bytearray(data)
    changed[position % len(data)] ^= 1 << bit
    with pytest.raises(Damaged):
        decrypted(key, bytes(changed))


def chunks(data: bytes) -> tuple[bytes, list[bytes]]:
    body = data[HEADER:]
    return data[:HEADER], [body[at : at + CHUNK + TAG] for at in range(0, len(body), CHUNK + TAG)]


@pytest.mark.parametrize(
    "attack",
    [
        lambda header, parts: header + b"".join(parts[:-1]),
        lambda header, parts: header + parts[0] + parts[1],
        lambda header, parts: header + parts[1] + parts[0] + parts[2],
        lambda header, parts: header + b"".join(parts) + parts[-1],
        lambda header, parts: header + b"".join(parts)[:-1],
        lambda header, _: header,
        lambda header, _: header[:-1],
        lambda *_: b"",
    ],
)
def test_truncation_reordering_and_appending_are_told(attack: object) -> None:
    key, data = encrypted(b"x" * (2 * CHUNK + 100))
    with pytest.raises(Damaged):
        decrypted(key, attack(*chunks(data)))  # type: ignore[operator]


def test_chunks_of_another_file_under_the_same_key_do_not_fit() -> None:
    key, _ = new_key(KEYS)
    first, second = (b"".join(encryption.encrypt(key, io.BytesIO(b * 3 * CHUNK))) for b in (b"a", b"b"))
    header, parts = chunks(first)
    with pytest.raises(Damaged):
        decrypted(key, header + parts[0] + chunks(second)[1][1] + parts[2])


def test_a_file_of_before_opens_for_ever() -> None:
    """Written once and never again: the format of files that sites have."""
    written = (
        "525641554c54310a000102030405063456d632ee750370e9ee54eef56f1b4afdebb212e8f3f8eb6ac92f896025e457ac"
    )
    assert decrypted(bytes(range(32)), bytes.fromhex(written)) == b"A clip of before."


def test_each_chunk_opens_by_its_number_alone() -> None:
    """The nonce is the prefix, the number and whether it is the last (STREAM); the header is bound to it."""
    content = b"a" * CHUNK + b"b" * CHUNK + b"c"
    key, data = encrypted(content)
    header, second = data[:HEADER], data[HEADER + CHUNK + TAG : HEADER + 2 * (CHUNK + TAG)]
    nonce = header[-7:] + (1).to_bytes(4, "big") + b"\x00"
    assert AESGCM(key).decrypt(nonce, second, header) == b"b" * CHUNK

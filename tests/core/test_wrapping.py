"""Wrapped keys open only under the key that wrapped them."""

import pytest

from annotations.core.wrapping import Damaged, WrappedKey, new_key, unwrap

KEYS = {"now": b"n" * 32, "before": b"b" * 32}


def test_a_key_is_unwrapped_only_by_the_key_that_wrapped_it() -> None:
    key, wrapped = new_key(KEYS)
    assert wrapped.key_id == "now"
    assert unwrap({"before": KEYS["before"], "now": KEYS["now"]}, wrapped) == key
    with pytest.raises(Damaged):
        unwrap({"now": KEYS["before"]}, wrapped)
    with pytest.raises(Damaged):
        unwrap({}, wrapped)
    with pytest.raises(Damaged):
        unwrap(KEYS, WrappedKey("now", wrapped.wrapped[:-1] + bytes([wrapped.wrapped[-1] ^ 1])))


def test_a_key_that_was_wrapped_before_opens_for_ever() -> None:
    """RFC 3394, section 4.6: what sites have in their databases."""
    wrapping = bytes(range(32))
    wrapped = bytes.fromhex(
        "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    )
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    assert unwrap({"old": wrapping}, WrappedKey("old", wrapped)) == key

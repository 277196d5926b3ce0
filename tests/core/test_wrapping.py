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

"""A scan says at least every two seconds how far it is, and no more often."""

import time

import pytest

from annotations.rights.scan.progress import TELL_EVERY, Progress

pytestmark = pytest.mark.once


def test_it_tells_the_store_and_then_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    going = Progress(told.append)
    going.begin("vault")
    for _ in range(100):
        now += TELL_EVERY / 4
        going.searched(things=1)
        going.searched(length=250_000)
    assert told[0] == "searching: vault"
    assert told[1] == "searching: vault, 4 files or rows, 1 MB"
    assert len(told) == 1 + 100 // 4
    going.begin("exports")
    now += TELL_EVERY
    going.searched(things=1)
    assert told[-1] == "searching: exports, 1 files or rows, 0 MB"

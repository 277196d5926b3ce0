"""A process to which the system says that it has no Landlock: Landlock's system calls answer ENOSYS."""

import errno
import os

import pytest

from annotations.vision import landlock


def answer_without_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(number: int, *arguments: int | bytes | None) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(landlock, "_call", call)

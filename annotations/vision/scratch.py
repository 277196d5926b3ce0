"""A file in memory for what a pass sets aside. Standard library only.

A confined process can make none: whoever starts it hands one over, and counts what is in it against its memory.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

_handed_over: list[int] = []
"""The descriptor of the file that was handed over, if any."""


def take(descriptor: int | None) -> None:
    """Use this memory file from now on; None: make one whenever one is needed."""
    _handed_over[:] = [] if descriptor is None else [descriptor]


@contextmanager
def scratch_file() -> Iterator[int]:
    """The descriptor of an empty memory file, for one user at a time. It is emptied afterwards."""
    descriptor = _handed_over[0] if _handed_over else os.memfd_create("scratch")
    try:
        yield descriptor
    finally:
        if _handed_over:
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            os.close(descriptor)

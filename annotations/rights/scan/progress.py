"""How far a scan is, told while it goes on."""

import time
from collections.abc import Callable

TELL_EVERY = 2.0
"""Seconds between two lines, at most, while there is something to search."""


class Progress:
    """Counts what is searched of one store after the other, and tells it now and then."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._store, self._things, self._bytes = "", 0, 0
        self._told_at = time.monotonic()

    def begin(self, store: str) -> None:
        self._store, self._things, self._bytes = store, 0, 0
        self._tell(f"searching: {store}")
        self._told_at = time.monotonic()

    def searched(self, *, things: int = 0, length: int = 0) -> None:
        """So many files or rows more, and so many bytes of them."""
        self._things += things
        self._bytes += length
        now = time.monotonic()
        if now - self._told_at >= TELL_EVERY:
            self._told_at = now
            self._tell(
                f"searching: {self._store}, {self._things} files or rows, {self._bytes / 1_000_000:.0f} MB"
            )

"""What a child says on its streams, read as what a stranger may have written. Standard library only."""

import os
import selectors
from typing import Any

from annotations.vision.errors import decoder_crashed
from annotations.vision.received import progress_of

MOST_KEPT = 1_000_000
"""Bytes of an output that are kept: the last ones."""
MOST_SAID = 20_000_000
"""Bytes of an output, after which nothing more is read."""
MOST_PROGRESS = 2_000_000
"""The same of its progress: two lines a second."""
MOST_LINE = 1_000
"""Bytes of a line of progress."""
_PART = 65_536


class ChildStreams:
    """Reads the child's output, remarks and progress until it has closed them all. Close it."""

    def __init__(self, output: int, remarks: int, progress: int) -> None:
        self._output, self._remarks, self._progress = output, remarks, progress
        self._kept = {descriptor: bytearray() for descriptor in (output, remarks, progress)}
        self._said = dict.fromkeys(self._kept, 0)
        self._selector = selectors.DefaultSelector()
        for descriptor in self._kept:
            self._selector.register(descriptor, selectors.EVENT_READ)

    @property
    def anything_open(self) -> bool:
        """Whether the child may say more."""
        return bool(self._selector.get_map())

    def read(self, seconds: float) -> list[dict[str, Any]]:
        """Wait at most so long for the child to say something; the progress that it has told.

        Raises VideoError("decoder_crashed") for too much of anything, and for progress that is none.
        """
        told: list[dict[str, Any]] = []
        for key, _ in self._selector.select(max(0.0, seconds)):
            data = os.read(key.fd, _PART)
            if not data:
                self._selector.unregister(key.fd)
            self._said[key.fd] += len(data)
            if self._said[key.fd] > (MOST_PROGRESS if key.fd == self._progress else MOST_SAID):
                raise decoder_crashed()
            self._kept[key.fd] += data
            if key.fd == self._progress:
                told = self._take_lines(ended=not data)
            else:
                del self._kept[key.fd][:-MOST_KEPT]
        return told

    def _take_lines(self, ended: bool) -> list[dict[str, Any]]:
        *lines, rest = self._kept[self._progress].split(b"\n")
        if len(rest) > MOST_LINE or (ended and rest):
            raise decoder_crashed()
        self._kept[self._progress] = rest
        return [progress_of(bytes(line)) for line in lines]

    def said(self) -> tuple[str, str]:
        """The ends of output and remarks."""
        output, remarks = (
            self._kept[each].decode(errors="replace") for each in (self._output, self._remarks)
        )
        return output, remarks

    def close(self) -> None:
        """Read no more. The descriptors stay whose they are."""
        self._selector.close()

"""Comparing what videos and pictures show with the frames of a probe."""

import os
from collections.abc import Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray

from annotations.rights.scan.probe import Kind, Value
from annotations.rights.scan.report import Place, Report
from annotations.vision import confined
from annotations.vision.confined import DecodeOptions
from annotations.vision.errors import VisionError
from annotations.vision.pdq import BITS, BYTES

DISTANCE = 31
"""Bits of 256 in which the hashes of the same picture may differ, as PDQ's authors advise."""
AT_ONCE = 16
MOST_WAITING = 256_000_000
"""Bytes of files that wait in memory to be decoded."""
SECONDS = 120.0

# Codes of files that hold no pictures, whatever their names.
_NO_PICTURES = frozenset({"not_a_video", "no_video_stream"})


class Pictures:
    """Files are added as they are come across, and decoded several at once in a confined child process."""

    def __init__(self, values: Sequence[Value], options: DecodeOptions, report: Report) -> None:
        hashes = [
            value.content for value in values if value.kind == Kind.FRAME and isinstance(value.content, bytes)
        ]
        self._known = b"".join(hashes)
        self._options, self._report = options, report
        self._waiting: list[tuple[Place, IO[bytes]]] = []
        self._bytes = 0

    @property
    def wanted(self) -> bool:
        """Whether there is a frame to compare with."""
        return bool(self._known)

    def add(self, place: Place, file: IO[bytes]) -> None:
        """Takes a file over that lies in memory: the decoder reads no others."""
        self._waiting.append((place, file))
        self._bytes += os.fstat(file.fileno()).st_size
        if len(self._waiting) == AT_ONCE or self._bytes > MOST_WAITING:
            self.finish()

    def finish(self) -> None:
        """Compares what waits."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        try:
            if waiting:
                self._compare(waiting)
        finally:
            for _, file in waiting:
                file.close()

    def _compare(self, waiting: list[tuple[Place, IO[bytes]]]) -> None:
        try:
            told = confined.pictures([file.fileno() for _, file in waiting], self._options)
        except VisionError as error:
            if len(waiting) == 1:
                self._report.could_not(waiting[0][0], f"It cannot be decoded: {error.code}.")
                return
            # One of them ends the child: each by itself, so that the others are compared.
            for each in waiting:
                self._compare([each])
            return
        for (place, _), shown in zip(waiting, told, strict=True):
            self._report.found(
                place, {Kind.FRAME: int(near(bytes.fromhex("".join(shown["hashes"])), self._known).sum())}
            )
            if shown["code"] and shown["code"] not in _NO_PICTURES:
                self._report.could_not(place, f"It cannot be decoded: {shown['code']}.")


def near(hashes: bytes, known: bytes) -> NDArray[np.bool_]:
    """Which of the hashes, one after the other, are those of a picture that one of the known ones shows."""
    ours, theirs = _bits(hashes), _bits(known)
    if not len(ours) or not len(theirs):
        return np.zeros(len(ours), bool)
    # Bits that only one of two has: those of both, less twice those that they share.
    apart = ours.sum(axis=1)[:, np.newaxis] + theirs.sum(axis=1) - 2 * (ours @ theirs.T)
    return np.asarray(apart.min(axis=1) <= DISTANCE)


def _bits(hashes: bytes) -> NDArray[np.float32]:
    """One row of 256 bits for each hash."""
    whole = np.frombuffer(hashes, np.uint8).reshape(-1, BYTES)
    return np.unpackbits(whole, axis=1).reshape(-1, BITS).astype(np.float32)

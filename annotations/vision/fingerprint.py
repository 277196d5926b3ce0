"""A clip's fingerprint: the PDQ hashes of its original's pictures, four a second. It recognises the clip when it
comes back encoded again, scaled, trimmed or cropped a little; it says nothing of who is in it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Executor, Future

import numpy as np
from av.video.frame import VideoFrame

from annotations.vision.pdq import BYTES, decimated, hash_of, quality_of, without_letterbox
from annotations.vision.report import FingerprintReport
from annotations.vision.uncropped import uncropped
from annotations.vision.video.picture import luma_of

STEP_SECONDS = 0.25
"""Time between samples. A copy that was trimmed is sampled at most half of it beside the samples of its source."""
NO_FINGERPRINT = FingerprintReport(step=STEP_SECONDS, hashes=[], qualities=[], uncropped=[])
"""The fingerprint of a clip that was not analysed as a whole."""


class Sampler:
    """Is given the small picture of every original frame in order, and hashes the due ones on `pool`."""

    def __init__(self, pool: Executor, rate: float) -> None:
        self._pool = pool
        self._every = max(1, int(rate * STEP_SECONDS))
        self._indices: list[int] = []
        self._hashes: list[Future[tuple[bytes, int, bytes]]] = []

    def add(self, index: int, small: VideoFrame) -> None:
        """Hash this frame's small picture if it is due."""
        if index % self._every == 0:
            self._indices.append(index)
            self._hashes.append(self._pool.submit(_hashed, small))

    def report(self, times: Sequence[float]) -> FingerprintReport:
        """The sample shown at every step of the clip's own time. `times` are the frames' in seconds."""
        hashes = [future.result() for future in self._hashes]
        shown = [times[index] for index in self._indices]
        steps = np.arange(times[0], times[-1] + STEP_SECONDS / 2, STEP_SECONDS) if times else ()
        chosen = [hashes[max(0, bisect_right(shown, step) - 1)] for step in steps]
        return FingerprintReport(
            step=STEP_SECONDS,
            hashes=[found.hex() for found, _, _ in chosen],
            qualities=[quality for _, quality, _ in chosen],
            uncropped=[
                laid[start : start + BYTES].hex()
                for _, _, laid in chosen
                for start in range(0, len(laid), BYTES)
            ],
        )


def _hashed(small: VideoFrame) -> tuple[bytes, int, bytes]:
    """The picture's hash, its quality, and the hashes that it would have if it was cropped."""
    values = decimated(without_letterbox(luma_of(small)))
    return hash_of(values), quality_of(values), uncropped(values)

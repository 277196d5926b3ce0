"""What comes and goes between two samples: people who dash by, and heads that bob.

A block of a frame that differs from both samples around it shows something that neither of them does.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.change_detection import BLOCK, CHANGED, Luma

MOST_FRAMES = 3
"""Frames between two samples that are examined at a time, those that differ most."""
CORE = np.ones((2, 2), np.uint8)
"""Blocks that differ together: edges of what moves slowly are thinner."""


def passing_frames(between: Sequence[Luma], before: Luma, after: Luma) -> list[int]:
    """The frames between two samples that show something else than both, those that show most of it first.

    All are given as their brightness (see `change_detection.coarse_luma`); the result has places in `between`.
    """
    counts = [0, *(_transient_blocks(frame, before, after) for frame in between), 0]
    peaks = [
        place
        for place in range(len(between))
        if counts[place + 1] and counts[place + 1] >= max(counts[place : place + 3])
    ]
    return sorted(peaks, key=lambda place: -counts[place + 1])[:MOST_FRAMES]


def _transient_blocks(frame: Luma, before: Luma, after: Luma) -> int:
    """How many groups of blocks differ from both."""
    change = np.minimum(cv2.absdiff(frame, before), cv2.absdiff(frame, after)).astype(np.float32)
    blocks = max(1, frame.shape[1] * 4 // BLOCK), max(1, frame.shape[0] * 4 // BLOCK)
    changed: NDArray[np.uint8] = (cv2.resize(change, blocks, interpolation=cv2.INTER_AREA) > CHANGED).astype(
        np.uint8
    )
    return int(cv2.erode(changed, CORE, borderValue=0).sum())

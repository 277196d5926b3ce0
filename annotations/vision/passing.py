"""What comes and goes between two samples: people who dash by, and heads that bob.

A block of a frame that differs from both samples around it shows something that neither of them does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from annotations.vision.boxes import Box
from annotations.vision.change_detection import BLOCK, CHANGED, Luma

MOST_FRAMES = 2
"""Frames between two samples that are examined at a time, those that differ most."""
CORE = np.ones((2, 2), np.uint8)
"""Blocks that differ together: edges of what moves slowly are thinner."""
CORE_AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Passing:
    """Where a frame shows something that neither sample around it does: boxes in pixels of the small picture, and how
    many groups of blocks they have together."""

    boxes: list[Box]
    blocks: int


def passing(frame: Luma, before: Luma, after: Luma) -> Passing:
    """What passes on a frame between two samples, all given as their brightness (`change_detection.coarse_luma`)."""
    change = np.minimum(cv2.absdiff(frame, before), cv2.absdiff(frame, after)).astype(np.float32)
    across, down = max(1, frame.shape[1] * 4 // BLOCK), max(1, frame.shape[0] * 4 // BLOCK)
    changed = np.asarray(cv2.resize(change, (across, down), interpolation=cv2.INTER_AREA) > CHANGED, np.uint8)
    core = np.asarray(cv2.erode(changed, CORE, borderValue=0), np.uint8)
    _, _, found, _ = cv2.connectedComponentsWithStats(cv2.dilate(core, CORE_AROUND), connectivity=8)
    boxes: list[Box] = [
        (float(x * BLOCK), float(y * BLOCK), float(w * BLOCK), float(h * BLOCK))
        for x, y, w, h, _ in found[1:]
    ]
    return Passing(boxes, int(core.sum()))


def fullest(between: Sequence[Luma], before: Luma, after: Luma) -> list[tuple[int, Passing]]:
    """The frames between two samples that show most of what passes, by their place, the fullest first."""
    all_of_them = [passing(frame, before, after) for frame in between]
    blocks = [0, *(each.blocks for each in all_of_them), 0]
    peaks = [
        place for place, each in enumerate(all_of_them) if 0 < each.blocks >= max(blocks[place : place + 3])
    ]
    peaks.sort(key=lambda place: -all_of_them[place].blocks)
    return [(place, all_of_them[place]) for place in peaks[:MOST_FRAMES]]

"""Regions that are not to be hidden: two people agreed that no face is there."""

from collections.abc import Mapping, Sequence

from annotations.vision.boxes import Box, overlap
from annotations.vision.report import LiftedTrack

SAME_PLACE = 0.5
"""Intersection over union from which two boxes on a frame are of the same thing."""
SAME_TRACK = 0.5
"""Share of a track's boxes that must be a lifted track's for it to be that one, found again."""


def is_lifted(boxes: Mapping[int, Box], lifted: Sequence[LiftedTrack]) -> bool:
    """Whether a track (its boxes by frame) is one of those that were lifted."""
    return any(_alike(boxes, lifted_boxes(one)) >= SAME_TRACK for one in lifted)


def lifted_by_frame(lifted: Sequence[LiftedTrack]) -> dict[int, list[Box]]:
    """The boxes of lifted tracks by original frame."""
    by_frame: dict[int, list[Box]] = {}
    for one in lifted:
        for frame, box in lifted_boxes(one).items():
            by_frame.setdefault(frame, []).append(box)
    return by_frame


def lifted_boxes(one: LiftedTrack) -> dict[int, Box]:
    return {int(frame): (box[0], box[1], box[2], box[3]) for frame, box in one["boxes"].items()}


def _alike(boxes: Mapping[int, Box], others: Mapping[int, Box]) -> float:
    same = sum(frame in others and overlap(box, others[frame]) >= SAME_PLACE for frame, box in boxes.items())
    return same / max(1, len(boxes))

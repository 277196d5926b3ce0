"""Regions that are not to be hidden: two people agreed that no face is there."""

from collections.abc import Mapping, Sequence

from annotations.vision.boxes import Box, overlap
from annotations.vision.report import LiftedTrack

SAME_PLACE = 0.5
"""Intersection over union from which two boxes on a frame are of the same thing."""


def still_hidden(boxes: Mapping[int, Box], lifted: Sequence[LiftedTrack], *, drawn: bool) -> dict[int, Box]:
    """What is left to hide of a track (its boxes by frame): only what two people have seen is shown, frame by frame.

    A track that a person drew stays whole, unless it is itself what was lifted: they saw a face there.
    """
    shown = [lifted_boxes(one) for one in lifted]
    if drawn:
        return {} if dict(boxes) in shown else dict(boxes)
    return {
        frame: box
        for frame, box in boxes.items()
        if not any(frame in others and overlap(box, others[frame]) >= SAME_PLACE for others in shown)
    }


def lifted_by_frame(lifted: Sequence[LiftedTrack]) -> dict[int, list[Box]]:
    """The boxes of lifted tracks by original frame."""
    by_frame: dict[int, list[Box]] = {}
    for one in lifted:
        for frame, box in lifted_boxes(one).items():
            by_frame.setdefault(frame, []).append(box)
    return by_frame


def lifted_boxes(one: LiftedTrack) -> dict[int, Box]:
    return {int(frame): (box[0], box[1], box[2], box[3]) for frame, box in one["boxes"].items()}

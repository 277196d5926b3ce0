"""Unredactions: regions that are not to be hidden any more, because two people agreed that no face is there."""

from collections.abc import Mapping, Sequence

from annotations.vision.boxes import Box, overlap, track_boxes
from annotations.vision.report import UnredactedTrack

SAME_PLACE = 0.5
"""Intersection over union from which two boxes on a frame are of the same thing."""


def still_hidden(
    boxes: Mapping[int, Box], unredacted: Sequence[UnredactedTrack], *, drawn: bool
) -> dict[int, Box]:
    """What is left to hide of a track (its boxes by frame): only what two people have seen is shown, frame by frame.

    A track that a person drew (`drawn`) stays whole, unless it is itself what was unredacted: they saw a face there.
    """
    shown = [track_boxes(track["boxes"]) for track in unredacted]
    if drawn:
        return {} if dict(boxes) in shown else dict(boxes)
    return {
        frame: box
        for frame, box in boxes.items()
        if not any(frame in others and overlap(box, others[frame]) >= SAME_PLACE for others in shown)
    }

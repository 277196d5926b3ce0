"""Faces that the detector missed and a person drew: certain, and held through the time around them."""

from collections.abc import Sequence

from annotations.vision.boxes import Box, overlap
from annotations.vision.faces import Face
from annotations.vision.report import MissedFace

HOLD_SECONDS = 1.0
"""A drawn box is true of one moment; where nothing is detected it is held this long, both ways."""


def add_missed(
    detections: dict[int, list[Face]],
    missed: Sequence[MissedFace],
    *,
    frame_map: Sequence[int] | None,
    frames: int,
    rate: float,
    cuts: Sequence[int],
) -> None:
    """Puts the drawn boxes among the detections, within their scene, as certain (score 1).

    On frames where the detector has seen something at that place, its own box stays: it follows the movement.
    """
    for face in missed:
        shown = face["frame"]
        frame = frame_map[shown] if frame_map is not None else shown
        x, y, width, height = face["box"]
        box: Box = (x, y, width, height)
        start = max((cut for cut in cuts if cut <= frame), default=0)
        end = min((cut for cut in cuts if cut > frame), default=frames)
        reach = round(HOLD_SECONDS * rate)
        for index in range(max(start, frame - reach), min(end, frame + reach + 1)):
            if index != frame and any(overlap(other.box, box) > 0 for other in detections.get(index, [])):
                continue
            detections.setdefault(index, []).append(Face(box, 1.0))

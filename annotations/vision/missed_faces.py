"""What the detector missed and a person drew: certain, and held through the time around it."""

from collections.abc import Iterable, Sequence

from annotations.vision.boxes import as_box, overlap
from annotations.vision.detections import Detections
from annotations.vision.faces import Face
from annotations.vision.report import FACE, Kind, MissedFace, ResidualReport

HOLD_SECONDS = 1.0
"""A drawn box is true of one moment; where nothing is detected it is held this long, both ways."""


def by_kind(missed: Iterable[MissedFace]) -> dict[Kind, list[MissedFace]]:
    """What is to be hidden of each kind, in the order in which they first come."""
    kinds: dict[Kind, list[MissedFace]] = {}
    for each in missed:
        kinds.setdefault(each.get("kind", FACE), []).append(each)
    return kinds


def with_missed(detections: Detections, missed: Sequence[MissedFace], rate: float) -> dict[int, list[Face]]:
    """The detected faces by frame, with the drawn boxes among them, within their scene, as certain (score 1).

    On frames where the detector has found something at the place of a face, its own box stays: it follows the movement.
    What is of another kind is hidden as a head would be, which hides more. `rate` is the clip's, in frames a second.
    """
    faces = {frame: list(found) for frame, found in detections.faces.items()}
    reach = round(HOLD_SECONDS * rate)
    for face in missed:
        frame = detections.schedule.original(face["frame"])
        box, is_face = as_box(face["box"]), face.get("kind", FACE) == FACE
        start = max((cut for cut in detections.cuts if cut <= frame), default=0)
        end = min((cut for cut in detections.cuts if cut > frame), default=detections.frames)
        for index in range(max(start, frame - reach), min(end, frame + reach + 1)):
            seen = index != frame and any(overlap(other.box, box) > 0 for other in faces.get(index, []))
            if seen and is_face:
                continue
            faces.setdefault(index, []).append(Face(box, 1.0))
    return faces


def exposed_as_missed(residual: ResidualReport) -> list[MissedFace]:
    """What the check detects and the detection pass did not is a missed face like any other; so is evidence."""
    found = [*residual["exposed"], *residual.get("evidence", [])]
    return [MissedFace(frame=face["frame"], box=face["box"]) for face in found]


def objects(residual: ResidualReport) -> bool:
    """Whether the check of a rendition objects to it: a face or evidence is left, or it could not be judged."""
    return bool(residual["exposed"] or residual.get("evidence") or residual.get("unjudgeable"))

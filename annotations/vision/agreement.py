"""Whether two samples agree on the faces between them, and on what they do not. Pure."""

from collections.abc import Sequence

from annotations.vision.boxes import Box, blend, distance
from annotations.vision.faces import Face

SAME_PLACE = 0.35
"""Two samples agree on a face when it moved by less than this share of its size: the hidden region has as much to
spare on either side."""
NOTABLE = 0.2
"""Faces below this score come and go; samples need not agree on them."""


def is_expected(box: Box, left: Sequence[Face], right: Sequence[Face], share: float) -> bool:
    """Whether a face of the samples on both sides leads to this box, `share` of the way from one to the other."""
    between = [
        blend(face.box, other.box, share)
        for face in left
        for other in right
        if distance(face.box, other.box) < SAME_PLACE
    ]
    return any(distance(box, other) < SAME_PLACE for other in between)


def disputed_boxes(left: Sequence[Face], right: Sequence[Face]) -> list[Box]:
    """Boxes of notable faces that the other sample has not, or has elsewhere."""
    boxes: list[Box] = []
    for faces, others in ((left, right), (right, left)):
        for face in faces:
            if face.score < NOTABLE:
                continue
            nearest = min((distance(face.box, other.box) for other in others), default=9.0)
            if nearest > SAME_PLACE:
                boxes.append(face.box)
    return boxes

"""Pure rules of the faces that reviewers saw: {"frame": number, "box": [x, y, width, height]} in pixels."""

from typing import Any

from annotations.vision.boxes import Box, as_box, enclosing, overlap

Face = dict[str, Any]

SMALLEST_FACE = 4  # pixels on each side; what the labeling page draws at least
MOST_FACES_OF_REPORT = 200
MOST_FACES_OF_CLIP = 1000
# Boxes of one frame that overlap by more than this (intersection over union) show the same face.
SAME_FACE = 0.9


def merged(faces: list[Face]) -> list[Face]:
    """The faces, grouped by frame; a box that nearly coincides with an earlier one of its frame widens that one."""
    kept: dict[int, list[Box]] = {}
    for face in faces:
        boxes, new = kept.setdefault(face["frame"], []), as_box(face["box"])
        for number, box in enumerate(boxes):
            if overlap(box, new) > SAME_FACE:
                boxes[number] = enclosing(box, new)
                break
        else:
            boxes.append(new)
    return [{"frame": frame, "box": list(box)} for frame, boxes in kept.items() for box in boxes]

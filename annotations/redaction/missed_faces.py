"""Pure rules of the faces that reviewers saw: {"frame": number, "box": [x, y, width, height]} in pixels."""

from typing import Any

Face = dict[str, Any]

SMALLEST_FACE = 4  # pixels on each side; what the labeling page draws at least
MOST_FACES_OF_REPORT = 200
MOST_FACES_OF_CLIP = 1000
# Boxes of one frame that overlap by more than this (intersection over union) show the same face.
SAME_FACE = 0.9


def merged(faces: list[Face]) -> list[Face]:
    """The faces, grouped by frame; a box that nearly coincides with an earlier one of its frame widens that one."""
    kept: dict[int, list[list[float]]] = {}
    for face in faces:
        boxes = kept.setdefault(face["frame"], [])
        for number, box in enumerate(boxes):
            if overlap(box, face["box"]) > SAME_FACE:
                boxes[number] = around(box, face["box"])
                break
        else:
            boxes.append(face["box"])
    return [{"frame": frame, "box": box} for frame, boxes in kept.items() for box in boxes]


def overlap(one: list[float], other: list[float]) -> float:
    """Intersection over union of two boxes."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (one[2] * one[3] + other[2] * other[3] - common)


def around(one: list[float], other: list[float]) -> list[float]:
    """The smallest box around both."""
    x, y = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
    return [x, y, right - x, bottom - y]


def touch(one: list[float], other: list[float]) -> bool:
    """Whether two boxes have anything in common."""
    return overlap(one, other) > 0

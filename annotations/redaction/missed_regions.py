"""Pure rules of what reviewers saw that is to be hidden: {"frame": number, "box": [x, y, width, height]} in pixels.

What is no face has its `kind` beside them, too: rows from before there were kinds are of faces.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from annotations.redaction.enums import HiddenKind
from annotations.vision.boxes import Box, as_box, enclosing, overlap

Region = dict[str, Any]

SMALLEST_SIDE = 4  # pixels on each side; what the labeling page draws at least
MOST_REGIONS_OF_REPORT = 200
MOST_REGIONS_OF_CLIP = 1000
# Boxes of one frame and kind that overlap by more than this (intersection over union) show the same thing.
SAME_THING = 0.9


def kind_of(region: Region) -> str:
    """The kind of a region, and of a track or an unredaction that is kept as one is."""
    return str(region.get("kind", HiddenKind.FACE))


def with_kind(kind: str, fields: Region) -> Region:
    """The fields of a region of a kind, as rows keep them."""
    return fields if kind == HiddenKind.FACE else {**fields, "kind": str(kind)}


def merged(regions: list[Region]) -> list[Region]:
    """The regions, grouped by frame; a box that nearly coincides with an earlier one of its frame and kind widens that
    one."""
    kept: dict[tuple[int, str], list[Box]] = {}
    for region in regions:
        boxes, new = kept.setdefault((region["frame"], kind_of(region)), []), as_box(region["box"])
        for number, box in enumerate(boxes):
            if overlap(box, new) > SAME_THING:
                boxes[number] = enclosing(box, new)
                break
        else:
            boxes.append(new)
    return [
        with_kind(kind, {"frame": frame, "box": list(box)})
        for (frame, kind), boxes in kept.items()
        for box in boxes
    ]


def counted(regions: Iterable[Region]) -> dict[str, int]:
    """How many of each kind that there is."""
    return dict(Counter(map(kind_of, regions)))

"""Faces and their own heads are one track: where both are known, the face's box hides the head."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from annotations.vision.boxes import Box, distance, enclosing, intersection, size
from annotations.vision.obscure import region
from annotations.vision.tracking import Track

SAME_HEAD = 0.7
"""Sizes by which the middles of a face and of its head may differ: of a profile, the head reaches far behind it."""
GUESSED = 1.5
"""As many between a head and the guess where its face may be, before or after it was seen."""
MOSTLY = 0.75
"""Share of the box of a head that the region of its face reaches over where the head is left out."""
SAME_SIZE = 2.5
"""How many times as large one of them may be as the other: a person who is hidden whole is no head."""


def joined(faces: Sequence[Track], heads: Sequence[Track], near: int) -> list[Track]:
    """The tracks of faces, each with what its head does while the face is not seen; then those of heads, as far as none
    of these faces is theirs.

    A face is seen within `near` frames of a detection. There its box is the better one, and the head's is left out;
    where somebody turns away, the track of the face goes on with the head.
    """
    tracks = list(faces)
    for head in heads:
        parts = _parts(head, faces, near)
        for number, part in enumerate(parts):
            neighbours = (*parts[max(0, number - 1) : number], *parts[number + 1 : number + 2])
            candidates = (
                [part.owner]
                if part.owner is not None
                else [
                    each.owner
                    for each in neighbours
                    if each.owner is not None and _goes_on(each.owner, part, near)
                ]
            )
            if candidates:
                _extend(candidates[0], part, near)
            else:
                tracks.append(replace(head, boxes=part.boxes, seen=part.seen))
    return tracks


@dataclass(frozen=True)
class _Part:
    """Consecutive boxes of a head, by frame, its detections among them, and the face that was seen at the place of each
    of these, if one was. Of those frames, `beyond` are nearest to a detection that the region of the face leaves out.
    """

    owner: Track | None
    boxes: dict[int, Box]
    seen: dict[int, Box]
    beyond: set[int]


def _parts(head: Track, faces: Sequence[Track], near: int) -> list[_Part]:
    """A head, cut half-way between two of its detections at which it has different faces: boxes there are guesses."""
    parts: list[_Part] = []
    # In one of several scenes of a place there may be no detection.
    detections = head.seen or head.boxes
    starts = [min(head.boxes), *((one + other) // 2 + 1 for one, other in pairwise(detections))]
    ends = [*starts[1:], head.last + 1]
    for (frame, box), start, end in zip(detections.items(), starts, ends, strict=True):
        owner = next(
            (face for face in faces if _is_seen(face, frame, near) and _is_of(face, frame, box)), None
        )
        if not parts or parts[-1].owner is not owner:
            parts.append(_Part(owner, {}, {}, set()))
        parts[-1].boxes.update((each, head.boxes[each]) for each in range(start, end))
        parts[-1].seen[frame] = box
        if owner is not None and not _hides(owner.boxes[frame], box):
            parts[-1].beyond.update(range(start, end))
    return parts


def _goes_on(face: Track, part: _Part, near: int) -> bool:
    """Whether somebody whose face was seen can have gone on as this head: their face is nowhere else meanwhile."""
    return not any(
        _is_seen(face, frame, near) or (frame in face.boxes and not _is_of(face, frame, box, GUESSED))
        for frame, box in part.seen.items()
    )


def _extend(face: Track, part: _Part, near: int) -> None:
    """Add these boxes to a track where it is not seen, or does not hide the head; one box holds both."""
    added = {
        frame: enclosing(face.boxes[frame], box) if frame in face.boxes else box
        for frame, box in part.boxes.items()
        if frame in part.beyond or not _is_seen(face, frame, near)
    }
    face.boxes = dict(sorted((face.boxes | added).items()))


def _hides(face: Box, head: Box) -> bool:
    """Whether the region of a face reaches over most of a head."""
    return intersection(region(face), head) >= MOSTLY * head[2] * head[3]


def _is_seen(face: Track, frame: int, near: int) -> bool:
    """Whether a track has a detection within so many frames, in its own scene."""
    return frame in face.boxes and any(each in face.seen for each in range(frame - near, frame + near + 1))


def _is_of(face: Track, frame: int, head: Box, apart: float = SAME_HEAD) -> bool:
    """Whether a face on a frame and a head are of one person, by their size and by their places, so many sizes apart
    at most."""
    box = face.seen.get(frame, face.boxes[frame])
    return distance(box, head) < apart and 1 / SAME_SIZE < size(head) / max(1e-6, size(box)) < SAME_SIZE

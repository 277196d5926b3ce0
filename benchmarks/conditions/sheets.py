"""Contact sheets of a condition, for people to look at: a row for each clip, before and after, the truth outlined."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from annotations.vision.video.decode import read_frames
from benchmarks.conditions.files import Clip
from benchmarks.conditions.truth import Polygon, Rgb

SHOWN = (0.3, 0.55, 0.8)
"""Where in a clip the pictures are taken, of its length."""
HEIGHT = 150
"""Pixels of a picture on the sheet."""
COUNTED, OTHER, BODY = (0, 255, 0), (0, 160, 255), (255, 0, 255)
"""Colours (blue, green, red) of faces that count, of those that do not, and of bodies."""


def write_sheet(clips: Sequence[Clip], renditions: Sequence[Path], target: Path) -> None:
    """Write the sheet as a picture; a clip whose rendition does not exist shows a grey field behind its pictures."""
    rows = [_row(clip, rendition) for clip, rendition in zip(clips, renditions, strict=True)]
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, 4), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    cv2.imwrite(str(target), np.vstack(padded))


def _row(clip: Clip, rendition: Path) -> Rgb:
    with_faces = [number for number, faces in enumerate(clip.faces) if any(face.counts for face in faces)]
    among = with_faces or list(range(len(clip.faces)))
    numbers = [among[int(share * (len(among) - 1))] for share in SHOWN]
    before = read_frames(str(clip.video), numbers)
    after = read_frames(str(rendition), numbers) if rendition.exists() else {}
    tiles = [_outlined(before[number], clip, number) for number in numbers]
    grey = np.full_like(before[numbers[0]], 128)
    tiles += [after.get(number, grey) for number in numbers]
    small = [
        cv2.resize(
            tile, (round(tile.shape[1] * HEIGHT / tile.shape[0]), HEIGHT), interpolation=cv2.INTER_AREA
        )
        for tile in tiles
    ]
    cv2.putText(small[0], f"{clip.number} {clip.source[:24]}", (3, 11), 0, 0.38, (0, 0, 255), 1)
    return np.hstack(small).astype(np.uint8)


def _outlined(picture: Rgb, clip: Clip, number: int) -> Rgb:
    marked = picture.copy()
    for face in clip.faces[number]:
        _outline(marked, face.polygon, COUNTED if face.counts else OTHER)
    for body in clip.bodies[number]:
        _outline(marked, body, BODY)
    return marked


def _outline(picture: Rgb, polygon: Polygon, colour: tuple[int, int, int]) -> None:
    cv2.polylines(picture, [np.round(polygon).astype(np.int32)], True, colour, 1)

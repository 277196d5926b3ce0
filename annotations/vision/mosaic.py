"""Hiding heads with a coarse mosaic: a few tiles of a few grey levels, which stay the same through a whole track.

The tiles' values are taken once, from the frame in the middle of the track: one frame alone, and not the one that shows
the face best, so that neither averaging the track's frames nor choosing among them gains anything. Colour is left out.
They are a function of the original and of the track's boxes: whoever makes a part of the rendition again gets the same.

Unlike blur and fill, this lets something of the face through (docs/redaction.md says how much). Of a track's other
frames nothing that is hidden reaches the encoder, and of that one frame nothing but the quantised means.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, BoxesByFrame
from annotations.vision.obscure import hidden_cells, in_shape_of, region
from annotations.vision.video.picture import Picture
from annotations.vision.video.ranges import Ranges

TILES = 4
"""Tiles across and down the region of a head."""
LEVELS = 4
"""Grey levels that a tile can have."""
NOTHING = 128
"""Luma of a tile of which no pixel was seen, and colour of all."""
ROUNDED = 2
"""Decimals of the boxes in a report: values are taken from boxes as they stand there, before a repair and after it."""

Tiles = NDArray[np.uint8]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Mosaic:
    """The tiles (luma, TILES x TILES) of each face box that is to be hidden. Two tracks that have the same box on some
    frame have the first one's tiles there; a box that is not known is hidden with no value at all."""

    tiles: Mapping[Box, Tiles]

    def paint(self, picture: Picture, boxes: Sequence[Box]) -> None:
        """Hide the heads of these face boxes in place; where two regions meet, the later one covers the earlier."""
        unknown = np.full((TILES, TILES), NOTHING, np.uint8)
        for box in boxes:
            hidden = hidden_cells([box], picture.width, picture.height)
            rows, columns = _places(box, hidden)
            values = self.tiles.get(box, unknown)[np.ix_(rows, columns)]
            for plane, shown in ((picture.blue, NOTHING), (picture.red, NOTHING)):
                plane[hidden] = shown
            twice = hidden.repeat(2, axis=0).repeat(2, axis=1)
            np.copyto(picture.luma, values.repeat(2, axis=0).repeat(2, axis=1), where=twice)


def tiles_of(picture: Picture, box: Box) -> Tiles:
    """The quantised mean luma of each tile, over its hidden pixels."""
    hidden = hidden_cells([box], picture.width, picture.height)
    rows, columns = _places(box, hidden)
    luma = picture.luma.astype(np.uint32)
    blocks = luma[::2, ::2] + luma[1::2, ::2] + luma[::2, 1::2] + luma[1::2, 1::2]
    place = (rows[:, np.newaxis] * TILES + columns)[hidden]
    sums = np.bincount(place, blocks[hidden], TILES * TILES)
    counts = 4 * np.bincount(place, minlength=TILES * TILES)
    step = 256 // LEVELS
    levels = (sums // np.maximum(counts, 1)).astype(np.int64) // step * step + step // 2
    return np.where(counts > 0, levels, NOTHING).astype(np.uint8).reshape(TILES, TILES)


def mosaic_of(ranges: Ranges, tracks: Iterable[Mapping[int, Box]]) -> Mosaic:
    """The mosaic that hides these tracks (boxes by original frame). Raises VideoError."""
    wanted: dict[int, list[Mapping[int, Box]]] = {}
    for boxes in tracks:
        wanted.setdefault(sorted(boxes)[len(boxes) // 2], []).append(boxes)
    tiles: dict[Box, Tiles] = {}
    if not wanted:
        return Mosaic(tiles)
    for decoded in ranges.between(min(wanted), max(wanted)):
        if decoded.index not in wanted:
            continue
        picture = decoded.picture()
        for boxes in wanted[decoded.index]:
            box = boxes[decoded.index]
            values = tiles_of(picture, in_shape_of(box, [round(value, ROUNDED) for value in box]))
            for each in boxes.values():
                tiles.setdefault(each, values)
    return Mosaic(tiles)


def repainted(before: Mosaic, after: Mosaic, hidden: BoxesByFrame) -> set[int]:
    """The frames (of `hidden`: face boxes by frame) on which a box has other tiles than it had.

    What is left of a track of which a part is shown again has another middle, and so have boxes that two tracks shared.
    """
    return {
        frame
        for frame, boxes in hidden.items()
        if any(
            box in before.tiles and not np.array_equal(before.tiles[box], after.tiles[box]) for box in boxes
        )
    }


def _places(box: Box, cells: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """The row of tiles of each row of 2 x 2 blocks, and the column of each column."""
    left, top, across, down = (value / 2 for value in region(box))
    rows = (np.arange(cells.shape[0]) + 0.5 - top) / down * TILES
    columns = (np.arange(cells.shape[1]) + 0.5 - left) / across * TILES
    return np.clip(rows, 0, TILES - 1).astype(np.intp), np.clip(columns, 0, TILES - 1).astype(np.intp)

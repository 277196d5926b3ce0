"""What MoveNet's last layers say about a picture: maps in which people and their points are looked up."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box

Map = NDArray[np.float32]

PREFIX = "StatefulPartitionedCall/"
OUTPUTS = [
    f"{PREFIX}{name}"
    for name in (
        "Sigmoid",
        "MaxPool",
        "box_scale_0/conv2d_5/BiasAdd",
        "box_offset_0/conv2d_6/BiasAdd",
        "kpt_regress_0/conv2d_8/BiasAdd",
        "Sigmoid_1",
        "kpt_offset_0/conv2d_9/BiasAdd",
    )
]
"""The layers of the published graph that `PersonMaps` takes, in its order."""

SAME_SCORE = 1e-6
"""Two scores that differ by less are the same."""
REACH = 0.3
"""How slowly a point's score fades with the square of the distance from where it is expected: shares of the
maps' shorter side."""
COUNTED_POINT = 0.127
"""Points of more than this score count for the person's."""


@dataclass(frozen=True)
class Found:
    """Somebody, in cells of the maps. `points` is 17 x 3: x, y, score."""

    score: float
    box: Box
    points: NDArray[np.float64]


@dataclass(frozen=True)
class PersonMaps:
    """Channels x rows x columns; what is (y, x) takes two channels. The published graph reads them in the same way,
    but takes six people whatever their score, and shares a point's score between people whose points coincide."""

    centre: Map
    best_nearby: Map
    size: Map
    shift: Map
    ways: Map
    heat: Map
    offsets: Map

    def people(self, threshold: float) -> Iterator[Found]:
        """Everybody of at least this score, in no order."""
        peaks = np.abs(self.centre[0] - self.best_nearby[0]) < SAME_SCORE
        for row, column in np.argwhere(peaks & (self.centre[0] >= threshold)).tolist():
            found = self._person(row, column)
            if found.score >= threshold:
                yield found

    def _person(self, row: int, column: int) -> Found:
        """The one whose middle lies in this cell."""
        left, top, right, bottom = self._edges(row, column)
        points = np.zeros((len(self.heat), 3))
        inside = np.s_[:, math.ceil(top) : math.ceil(bottom), math.ceil(left) : math.ceil(right)]
        if self.heat[inside].size:
            points = self._points(row, column, inside)
        counted = points[points[:, 2] > COUNTED_POINT, 2]
        score = float(self.centre[0, row, column]) * float(counted.sum()) / max(1, len(counted))
        return Found(score, (left, top, right - left, bottom - top), points)

    def _edges(self, row: int, column: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, within the maps."""
        rows, columns = self.centre.shape[1:]
        height, width = np.maximum(self.size[:, row, column], 0).tolist()
        down, across = self.shift[:, row, column].tolist()
        middle_x, middle_y = column + across, row + down
        return (
            min(max(middle_x - width / 2, 0), columns),
            min(max(middle_y - height / 2, 0), rows),
            min(max(middle_x + width / 2, 0), columns),
            min(max(middle_y + height / 2, 0), rows),
        )

    def _points(self, row: int, column: int, inside: tuple[slice, slice, slice]) -> NDArray[np.float64]:
        """For each point the likeliest cell of the person's box, near ones preferred, and the place within it."""
        ways = self.ways[:, row, column].reshape(-1, 2, 1) + np.array([[row], [column]])
        rows, columns = np.arange(inside[1].start, inside[1].stop), np.arange(inside[2].start, inside[2].stop)
        fading = REACH * min(self.heat.shape[1:])
        down = np.exp(-((rows - ways[:, 0]) ** 2) / fading)
        across = np.exp(-((columns - ways[:, 1]) ** 2) / fading)
        likely = self.heat[inside] * down[:, :, None] * across[:, None, :]
        best = likely.reshape(len(likely), -1).argmax(axis=1)
        at_row, at_column = best // len(columns), best % len(columns)
        each = np.arange(len(likely))
        y, x = rows[at_row], columns[at_column]
        offsets = self.offsets.reshape(-1, 2, *self.offsets.shape[1:])[each, :, y, x]
        return np.stack([x + offsets[:, 1], y + offsets[:, 0], likely[each, at_row, at_column]], axis=1)

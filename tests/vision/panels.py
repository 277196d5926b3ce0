"""Clips of flat things with something to read on them, plates and screens, that move over a textured background."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from annotations.vision.boxes import Box
from tests.vision import clips
from tests.vision.clips import Rgb

Pose = tuple[float, float, float, float]
"""Centre, width in pixels, and by how many degrees it is turned in the picture."""
PoseByFrame = Callable[[int], Pose]


@cache
def plate() -> Rgb:
    """A licence plate, 520 x 110."""
    panel = np.full((110, 520, 3), (228, 226, 214), np.uint8)
    cv2.rectangle(panel, (3, 3), (516, 106), (30, 30, 34), 4)
    panel[8:102, 8:50] = (30, 60, 150)
    cv2.putText(panel, "KV 20431", (64, 84), cv2.FONT_HERSHEY_DUPLEX, 2.6, (24, 24, 28), 6, cv2.LINE_AA)
    return panel


@cache
def screen() -> Rgb:
    """A monitor with windows and lines of text, 480 x 300."""
    panel = np.full((300, 480, 3), (236, 238, 242), np.uint8)
    panel[:26] = (52, 74, 120)
    cv2.rectangle(panel, (14, 40), (210, 286), (250, 250, 250), -1)
    cv2.rectangle(panel, (230, 60), (462, 200), (180, 205, 190), -1)
    for line in range(11):
        length = 100 + 83 * line % 90
        cv2.line(panel, (24, 58 + 20 * line), (24 + length, 58 + 20 * line), (60, 60, 66), 5)
    cv2.putText(panel, "4921", (250, 150), cv2.FONT_HERSHEY_DUPLEX, 2.6, (40, 60, 50), 5, cv2.LINE_AA)
    cv2.rectangle(panel, (0, 0), (479, 299), (20, 20, 22), 8)
    return panel


def paste(picture: Rgb, panel: Rgb, pose: Pose) -> Box:
    """Draw a panel, and return the box around it."""
    x, y, width, degrees = pose
    height, across = panel.shape[:2]
    turn = cv2.getRotationMatrix2D((across / 2, height / 2), degrees, width / across)
    turn[:, 2] += (x - across / 2, y - height / 2)
    size = picture.shape[1], picture.shape[0]
    # Shrunk by area first, as a lens does: what is left to warp is nearly of its size.
    small = cv2.resize(panel, None, fx=width / across, fy=width / across, interpolation=cv2.INTER_AREA)
    fit = turn @ np.vstack([np.diag([across / small.shape[1], height / small.shape[0], 1.0])])
    drawn = cv2.warpAffine(small, fit, size, flags=cv2.INTER_LINEAR)
    opaque = cv2.warpAffine(np.ones(small.shape[:2], np.float32), fit, size, flags=cv2.INTER_LINEAR)
    share = opaque[..., np.newaxis]
    np.copyto(picture, np.rint(share * drawn + (1 - share) * picture).astype(np.uint8))
    corners = np.asarray([(0, 0, 1), (across, 0, 1), (0, height, 1), (across, height, 1)]) @ turn.T
    left, top = corners.min(0).tolist()
    right, bottom = corners.max(0).tolist()
    return left, top, right - left, bottom - top


def scene(
    path: Path,
    panel: Rgb,
    poses: Sequence[Pose],
    *,
    rate: int = 15,
    post: tuple[int, int] | None = None,
    size: tuple[int, int] = (640, 360),
) -> dict[int, Box]:
    """Encode a clip of a panel and return its boxes by frame, as far as they lie in the picture; `post` are the first
    and last column of something that stands before it."""
    width, height = size
    room = clips.background(width, height)
    pictures, boxes = [], {}
    for number, pose in enumerate(poses):
        picture = room.copy()
        x, y, across, down = paste(picture, panel, pose)
        if post is not None:
            picture[:, post[0] : post[1]] = 90
        left, top = max(0.0, x), max(0.0, y)
        right, bottom = min(width, x + across), min(height, y + down)
        if right - left > across / 3 and bottom - top > down / 3:
            boxes[number] = (left, top, right - left, bottom - top)
        pictures.append(picture)
    clips.encode(path, pictures, rate=rate, options={"preset": "veryfast", "crf": "26"})
    return boxes

"""Where a track's box is on a frame that nobody drew it on.

The same rules stand in `static/workbench/interpolation.js`; `tests/spec/interpolation.json` holds the golden
cases that both must pass, so that exports cannot differ from what the reviewer saw.

Rules: between two keyframes x, y, width and height go linearly, each on its own. Before the first keyframe nothing
is shown. From a keyframe with `outside` nothing is shown until the next keyframe without it. After the last
keyframe its box holds to the end. `occluded` holds from its keyframe to the next.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypedDict

from annotations.review.body import Keyframe


class Shown(TypedDict):
    """A track's box on one frame, [x, y, width, height] in displayed pixels."""

    box: list[float]
    occluded: bool


def box_at(keyframes: Sequence[Keyframe], frame: int) -> Shown | None:
    """Return the box of a track on `frame`, or None where the track is not in the picture.

    `keyframes` are in ascending order of frame, each frame at most once (drafts are validated so).
    """
    after = _after(keyframes, frame)
    if after == 0:
        return None
    left = keyframes[after - 1]
    if left["outside"]:
        return None
    if left["frame"] == frame or after == len(keyframes):
        return {"box": [float(value) for value in left["box"]], "occluded": left["occluded"]}
    right = keyframes[after]
    share = (frame - left["frame"]) / (right["frame"] - left["frame"])
    box = [a + (b - a) * share for a, b in zip(left["box"], right["box"], strict=True)]
    return {"box": box, "occluded": left["occluded"]}


def in_force(keyframes: Sequence[Keyframe], frame: int) -> Keyframe:
    """The keyframe whose attributes hold on `frame`, which must show the track (see `box_at`)."""
    return keyframes[_after(keyframes, frame) - 1]


def _after(keyframes: Sequence[Keyframe], frame: int) -> int:
    """The index of the first keyframe after `frame`."""
    return bisect_right(keyframes, frame, key=lambda keyframe: keyframe["frame"])

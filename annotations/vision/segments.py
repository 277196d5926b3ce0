"""Segments of a clip, as the detection pass goes through it, and what is found in one."""

from dataclasses import dataclass, field

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from annotations.vision.change_detection import coarse_luma
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.low_light import Enhancement, where_still
from annotations.vision.video.picture import luma_of, rgb_of


@dataclass
class Segment:
    """Consecutive frames, small and turned as displayed, YUV 4:2:0; `first` is the number of the first one."""

    first: int
    frames: list[VideoFrame] = field(default_factory=list)


@dataclass
class SegmentFaces:
    """The faces of each sampled frame of a segment, by frame number in the clip (pixels of the small pictures), and the
    new scenes (`scenes.Cuts`). Frames of earlier segments are among them when they were searched again."""

    faces: dict[int, list[Face]] = field(default_factory=dict)
    heads: dict[int, list[Face]] = field(default_factory=dict)
    """Heads of people as their joints show them, on every frame on which people were sought."""
    cuts: dict[int, int] = field(default_factory=dict)


class Pictures:
    """The frames of a segment as they are searched: enhanced where it is dark."""

    def __init__(
        self, segment: Segment, enhancement: Enhancement | None, last: NDArray[np.uint8] | None
    ) -> None:
        """`last` has the brightness of the frame before the first one (see `coarse_luma`), if there is any."""
        self.first = segment.first
        self.frames = segment.frames
        self._enhancement = enhancement
        self.plain = [coarse_luma(luma_of(frame)) for frame in segment.frames]
        self.coarse = [self._enhanced(luma) for luma in self.plain]
        self.last = None if last is None else self._enhanced(last)

    def _enhanced(self, luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Brightness values as they are compared."""
        return luma if self._enhancement is None else self._enhancement.luma[luma]

    def at(self, index: int) -> NDArray[np.uint8] | None:
        """The brightness of a frame; -1 is the one before the first, None if there is none."""
        return self.coarse[index] if index >= 0 else self.last

    def rgb(self, index: int) -> RgbPicture:
        """The picture in which faces are detected."""
        if self._enhancement is None:
            return rgb_of(self.frames[index])
        reach = 1 if self._enhancement.is_noisy else 0
        now = rgb_of(self.frames[index])
        near = self.frames[max(0, index - reach) : index] + self.frames[index + 1 : index + reach + 1]
        return self._enhancement.picture([now, *(where_still(rgb_of(frame), now) for frame in near)])

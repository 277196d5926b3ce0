"""Small pictures of a clip's frames, for going back and forth through it."""

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock

from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from annotations.vision.change_detection import coarse_luma, is_scene_cut
from annotations.vision.faces import working_size
from annotations.vision.video.picture import luma_of
from annotations.vision.video.ranges import Ranges

CHUNK_BYTES = 64_000_000
"""Of small pictures, decoded at a time at most: most clips have their next key frame before."""
CHUNKS = 3
"""How many chunks are kept."""


class FrameCache:
    """Small pictures by frame number, decoded when they are asked for, by whichever thread."""

    def __init__(self, ranges: Ranges, frames: int, step: int) -> None:
        """`frames` is how many the clip has; `step` is the face detector's."""
        self._ranges, self._frames = ranges, frames
        self._chunks: OrderedDict[int, list[VideoFrame]] = OrderedDict()
        self._scaler = VideoReformatter()
        self._lock = Lock()
        first = next(ranges.between(0, 0)).geometry
        self.width, self.height = first.width, first.height
        self._small = working_size(self.width, self.height, step)
        self._longest = max(16, CHUNK_BYTES * 2 // 3 // (self._small[0] * self._small[1]))

    def __getitem__(self, number: int) -> VideoFrame:
        with self._lock:
            first = self._chunk_of(number)
            if first not in self._chunks:
                self._chunks[first] = list(self._read(first))
                if len(self._chunks) > CHUNKS:
                    self._chunks.popitem(last=False)
            self._chunks.move_to_end(first)
            return self._chunks[first][number - first]

    def _chunk_of(self, number: int) -> int:
        """The first frame of its chunk. Chunks start with the clip's own key frames: what is decoded is wanted."""
        key = self._ranges.start_before(number)
        return key + (number - key) // self._longest * self._longest

    def _read(self, first: int) -> Iterator[VideoFrame]:
        last = min(self._frames, first + self._longest) - 1
        while self._ranges.start_before(last) > first:
            last = self._ranges.start_before(last) - 1
        for decoded in self._ranges.between(first, last):
            yield decoded.scaled(*self._small, self._scaler)

    def is_cut(self, one: int, other: int) -> bool:
        """Whether two neighbouring frames belong to different scenes."""
        return is_scene_cut(coarse_luma(luma_of(self[one])), coarse_luma(luma_of(self[other])))

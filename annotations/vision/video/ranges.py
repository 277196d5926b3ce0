"""Frames of a clip by their numbers, without decoding what comes long before them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import av
from av.packet import Packet
from av.video.stream import VideoStream

from annotations.vision.camera import Camera
from annotations.vision.errors import VideoError, not_repeatable
from annotations.vision.limits import Limits
from annotations.vision.video.conversion import Conversion, decoded_frames, packets_of
from annotations.vision.video.decode import DecodedFrame, available_cores, decode
from annotations.vision.video.source import open_source, prepare


class Ranges:
    """Reads stretches of a clip that is known to have `frames` frames.

    Where time stamps name every frame, reading starts at the key frame before; else at the beginning.
    """

    def __init__(
        self,
        path: str,
        limits: Limits,
        frames: int,
        camera: Camera = Camera(),  # noqa: B008 - frozen
    ) -> None:
        """What lies in the camera's privacy zones is not read."""
        self._path, self._limits, self._camera = path, limits, camera
        with open_source(path) as (container, stream):
            every = packets_of(container, stream, tolerant=limits.accept_partial)
            packets = [packet for packet in every if packet.size and not packet.is_discard]
            reordered = stream.codec_context.reorder_depth if stream.codec_context.has_b_frames else 0
        stamps = sorted({packet.pts for packet in packets if packet.pts is not None})
        self._number = {stamp: number for number, stamp in enumerate(stamps)}
        complete = len(stamps) == len(packets) == frames
        self._stamps = stamps if complete and self._in_order(packets, reordered) else []
        self._keys = sorted(packet.pts for packet in packets if packet.is_keyframe and packet.pts is not None)

    def _in_order(self, packets: "Sequence[Packet[VideoStream]]", reordered: int) -> bool:
        """Whether stamps are in the order in which the decoder gives its pictures: none is shown before as many more
        as it may hold back, and what is stored before a key frame is shown before it."""
        numbers = [self._number[packet.pts] for packet in packets if packet.pts is not None]
        return all(
            place - number <= (0 if packet.is_keyframe else reordered)
            for place, (number, packet) in enumerate(zip(numbers, packets, strict=True))
        )

    def start_before(self, number: int) -> int:
        """The frame with which reading starts when frame `number` is wanted."""
        if number >= len(self._stamps):
            return 0
        key = bisect_right(self._keys, self._stamps[number])
        return self._number[self._keys[key - 1]] if key else 0

    def between(self, first: int, last: int) -> Iterator[DecodedFrame]:
        """Frames `first` to `last`, both included. Raises VideoError when they are not there."""
        expected = first
        for decoded in self._from(first):
            if decoded.index > last:
                break
            if decoded.index >= first:
                if decoded.index != expected:
                    raise not_repeatable()
                yield decoded
                expected += 1
                if expected > last:
                    break
        if expected <= last:
            raise not_repeatable()

    def _from(self, first: int) -> Iterator[DecodedFrame]:
        if first >= len(self._stamps) or (key := bisect_right(self._keys, self._stamps[first])) < 2:
            yield from decode(self._path, self._limits, camera=self._camera)
            return
        seeking = self._after_seeking(self._keys[key - 1])
        start = next(seeking, None)
        if start is None or start.index > first:
            seeking = decode(self._path, self._limits, camera=self._camera)  # the container's index is wrong
        else:
            yield start
        yield from seeking

    def _after_seeking(self, stamp: int) -> Iterator[DecodedFrame]:
        with open_source(self._path) as (container, stream):
            prepare(stream, self._limits, available_cores())
            conversion = Conversion(container, stream, self._limits, self._camera)
            try:
                container.seek(stamp, stream=stream)
                frames = decoded_frames(container, stream, tolerant=self._limits.accept_partial)
                yield from self._numbered(frames, conversion)
            except av.error.FFmpegError as error:
                raise VideoError("decoder_failed") from error

    def _numbered(self, frames: Iterator[av.VideoFrame], conversion: Conversion) -> Iterator[DecodedFrame]:
        reached = -1
        for frame in frames:
            number = self._number.get(frame.pts) if frame.pts is not None else None
            if number is None:
                raise not_repeatable()
            # What is shown before the key frame that was sought refers to pictures that were not read.
            if reached < 0 and not frame.key_frame:
                continue
            if number > reached:
                reached = number
                yield DecodedFrame.of(number, frame, conversion)

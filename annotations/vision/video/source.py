"""Opening untrusted files, and the facts of their video stream."""

import math
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

import av
from av.container import InputContainer
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from annotations.vision.camera import Camera
from annotations.vision.errors import VideoError
from annotations.vision.limits import BARE_STREAMS, CODECS, CONTAINERS, MINIMUM_SIDE, Limits


@dataclass(frozen=True)
class Geometry:
    """Size of the picture as it is displayed (even sides) and what is done with frames to get there.

    Frames are turned counter-clockwise by `quarter_turns`; then, when `mirrored`, left and right are exchanged.
    """

    width: int
    height: int
    quarter_turns: int
    mirrored: bool = False

    @classmethod
    def of(cls, frame: VideoFrame, aspect: Fraction | None, camera: Camera) -> "Geometry":
        """From the first frame; `aspect` is the width of a pixel over its height, unless the camera's is known. The
        camera's turns come after what the file asks for."""
        aspect = camera.pixel_aspect(frame.width, frame.height) or aspect
        turns, mirrored = orientation(frame)
        turns = (turns - camera.quarter_turns if mirrored else turns + camera.quarter_turns) % 4
        width, height = frame.width, frame.height
        if aspect and aspect != 1 and Fraction(1, 4) < aspect < 4:
            # Squeezed pictures are made square by shrinking, never beyond what was recorded.
            width, height = (width, round(height / aspect)) if aspect > 1 else (round(width * aspect), height)
        if turns % 2:
            width, height = height, width
        return cls(width // 2 * 2, height // 2 * 2, turns, mirrored)

    def within(self, pixels: int) -> "Geometry":
        """The same shape with at most so many pixels, up to the evenness of its sides."""
        factor = math.sqrt(pixels / (self.width * self.height))
        if factor >= 1:
            return self
        width, height = (max(2, int(side * factor) // 2 * 2) for side in (self.width, self.height))
        return replace(self, width=width, height=height)

    @property
    def stored_size(self) -> tuple[int, int]:
        """Width and height before turning."""
        return (self.height, self.width) if self.quarter_turns % 2 else (self.width, self.height)

    @property
    def is_as_stored(self) -> bool:
        """Whether frames are neither turned nor mirrored."""
        return not self.quarter_turns and not self.mirrored


def orientation(frame: VideoFrame) -> tuple[int, bool]:
    """The nearest of the eight orientations that the file's display matrix asks for: quarter turns counter-clockwise,
    and whether left and right are exchanged afterwards.

    The matrix (ISO/IEC 14496-12, 8.2.2) takes (x, y) of the stored picture to (a x + c y, b x + d y) of the displayed
    one, y downwards; a mirrored one has a negative determinant.
    """
    side_data = cast(SideDataContainer, frame.side_data)
    if Type.DISPLAYMATRIX not in side_data:
        return 0, False
    matrix = side_data[Type.DISPLAYMATRIX]
    across, down, _, across_y, down_y = struct.unpack_from("=5i", bytes(matrix))
    mirrored = across * down_y - down * across_y < 0
    clockwise = math.degrees(math.atan2(down, -across if mirrored else across))
    return round(-clockwise / 90) % 4, mirrored


@contextmanager
def open_source(
    path: str, options: Mapping[str, str] | None = None
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its video stream (see `main_stream`); `options` are the demuxer's.

    Raises VideoError for anything that is not a video.
    """
    always = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        container = av.open(path, "r", options={**always, **(options or {})}, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, UnicodeError) as error:
        raise VideoError("not_a_video") from error
    with container:
        stream = main_stream(container)
        if stream is None:
            raise VideoError("no_video_stream")
        yield container, stream


def main_stream(container: InputContainer) -> VideoStream | None:
    """The stream that is the clip, never a cover picture.

    Of several, one that can be decoded goes before others, one of more than a still before stills, then the default
    one, the largest, the longest, the first.
    """

    def rank(stream: VideoStream) -> tuple[bool, bool, bool, int, float, int]:
        context = stream.codec_context
        known = context is not None and context.codec is not None and context.codec.name in CODECS
        moving = known and stream.frames != 1 and context.codec.name != "mjpeg"
        pixels = context.width * context.height if known else 0
        ticks, tick = stream.duration, stream.time_base
        seconds = float(ticks * tick) if ticks and tick else (container.duration or 0) / av.time_base
        return known, moving, "default" in _dispositions(stream), pixels, round(seconds, 1), -stream.index

    return max(
        (each for each in container.streams.video if not is_cover_picture(each)), key=rank, default=None
    )


def is_cover_picture(stream: VideoStream) -> bool:
    """Whether the stream is a still that goes with the clip."""
    return bool({"attached_pic", "timed_thumbnails", "still_image"} & _dispositions(stream))


def _dispositions(stream: VideoStream) -> set[str]:
    return set((stream.disposition.name or "").lower().split("|"))


def prepare(stream: VideoStream, limits: Limits, threads: int) -> None:
    """Check what the header claims and set up the decoder. Raises VideoError."""
    context = stream.codec_context
    if context is None or context.codec is None or context.codec.name not in CODECS:
        raise VideoError("unknown_codec")
    check_size(context.width, context.height, limits)
    # Decoders count the blocks that stick out over the edge.
    context.options = {"max_pixels": str(limits.max_pixels * 5 // 4 + 100_000)}
    # With several threads it depends on their number which pictures around damage are given; and each keeps pictures
    # of its own, of which large ones take too much memory.
    alone = limits.accept_partial or context.width * context.height > limits.rendition_pixels
    context.thread_count = 1 if alone else threads
    context.thread_type = "AUTO"


def check_size(width: int, height: int, limits: Limits) -> None:
    """Raises VideoError when a picture of this size is too large or too small; 0 stands for unknown."""
    if width and height and not limits.allows_size(width, height):
        raise VideoError("too_many_pixels")
    if width and height and min(width, height) < MINIMUM_SIDE:
        raise VideoError("not_a_video", "The picture is too small to show anything.")


def is_bare(container: InputContainer) -> bool:
    """Whether the file is coded pictures and nothing else: what it says of time means nothing."""
    return container.format.name in BARE_STREAMS


def nominal_rate(container: InputContainer, stream: VideoStream, limits: Limits) -> Fraction | None:
    """The rate that the container claims, or None when it claims nothing sensible.

    Raises VideoError("rate_unknown") for a file without time stamps whose submitter gave no rate.
    """
    if is_bare(container):
        if not limits.frame_rate:
            raise VideoError("rate_unknown")
        return Fraction(limits.frame_rate).limit_denominator(1001)
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate < 1000:
            return Fraction(rate)
    return None

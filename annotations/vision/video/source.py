"""Opening untrusted files, and the facts of their video stream."""

import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import av
from av.container import InputContainer
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from annotations.vision.errors import VideoError
from annotations.vision.limits import CODECS, CONTAINERS, MINIMUM_SIDE, Limits


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
    def of(cls, frame: VideoFrame, aspect: Fraction | None) -> "Geometry":
        """From the first frame; `aspect` is the width of a pixel over its height."""
        turns, mirrored = orientation(frame)
        width, height = frame.width, frame.height
        if aspect and aspect != 1 and Fraction(1, 4) < aspect < 4:
            # Squeezed pictures are made square by shrinking, never beyond what was recorded.
            width, height = (width, round(height / aspect)) if aspect > 1 else (round(width * aspect), height)
        if turns % 2:
            width, height = height, width
        return cls(width // 2 * 2, height // 2 * 2, turns, mirrored)

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
def open_source(path: str) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its video stream. Raises VideoError for anything that is not a video."""
    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
    try:
        container = av.open(path, "r", options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, UnicodeError) as error:
        raise VideoError("not_a_video") from error
    with container:
        stream = next(
            (s for s in container.streams.video if not _is_cover_picture(s)),
            None,
        )
        if stream is None:
            raise VideoError("no_video_stream")
        yield container, stream


def prepare(stream: VideoStream, limits: Limits, threads: int) -> None:
    """Check what the header claims and set up the decoder. Raises VideoError."""
    context = stream.codec_context
    if context is None or context.codec is None or context.codec.name not in CODECS:
        raise VideoError("unknown_codec")
    check_size(context.width, context.height, limits)
    long_side, short_side = (
        max(limits.max_width, limits.max_height),
        min(limits.max_width, limits.max_height),
    )
    context.options = {"max_pixels": str((long_side + 64) * (short_side + 64))}
    context.thread_count = threads
    context.thread_type = "AUTO"


def check_size(width: int, height: int, limits: Limits) -> None:
    """Raises VideoError when a picture of this size is too large or too small; 0 stands for unknown."""
    if width and height and not limits.allows_size(width, height):
        raise VideoError("too_many_pixels")
    if width and height and min(width, height) < MINIMUM_SIDE:
        raise VideoError("not_a_video", "The picture is too small to show anything.")


def nominal_rate(stream: VideoStream) -> Fraction | None:
    """The rate that the container claims, or None when it claims nothing sensible."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate < 1000:
            return Fraction(rate)
    return None


def _is_cover_picture(stream: VideoStream) -> bool:
    return "attached_pic" in stream.disposition.name.lower() if stream.disposition.name else False

"""From what a decoder gives to what a pass looks at and encodes: one size, one orientation, standard dynamic range."""

from collections.abc import Iterator
from contextlib import suppress

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from annotations.vision.camera import Camera
from annotations.vision.limits import Limits
from annotations.vision.video.source import Geometry, check_size, is_bare, nominal_rate
from annotations.vision.video.tone_mapping import ToneMapper, is_hdr


class Conversion:
    """Makes frames of one stream what passes see; the first one decides size and orientation for all."""

    def __init__(
        self, container: InputContainer, stream: VideoStream, limits: Limits, camera: Camera
    ) -> None:
        """Raises VideoError("rate_unknown") as `nominal_rate` does."""
        self.camera = camera
        self.nominal_rate = nominal_rate(container, stream, limits)
        self.has_times = not is_bare(container)
        """Whether time stamps of frames mean anything."""
        self.geometry: Geometry | None = None
        """How frames are displayed, once one has come; `recorded` is the same in the clip's own size."""
        self.recorded: Geometry | None = None
        self.transfer = 0
        """That of the first frame (ITU-T H.273)."""
        self._stream, self._limits = stream, limits
        self._scaler, self._tone_mapper = VideoReformatter(), ToneMapper()

    def shown(self, frame: VideoFrame) -> tuple[VideoFrame, Geometry]:
        """The frame in the size and colours that passes see, and how it is then turned. Raises VideoError when its size
        is not accepted."""
        check_size(frame.width, frame.height, self._limits)
        if self.geometry is None:
            self.recorded = Geometry.of(frame, self._stream.sample_aspect_ratio, self.camera)
            self.geometry = self.recorded.within(self._limits.rendition_pixels)
            self.transfer = frame.color_trc
        if self.geometry != self.recorded:
            small = self._scaler.reformat(frame, *self.geometry.stored_size, interpolation="BICUBIC")
            copy_colours(frame, small)
            frame = small
        return self._tone_mapper(frame) if is_hdr(frame) else frame, self.geometry


def packets_of(
    container: InputContainer, stream: VideoStream, *, tolerant: bool = False
) -> "Iterator[Packet[VideoStream]]":
    """The packets of the stream, in the order of the file, and an empty one at its end.

    Raises FFmpegError at damage, unless `tolerant`: then the file ends there.
    """
    try:
        yield from container.demux(stream)
    except av.error.FFmpegError:
        if not tolerant:
            raise


def decoded_frames(
    container: InputContainer, stream: VideoStream, *, tolerant: bool = False
) -> Iterator[VideoFrame]:
    """What the decoder makes of the stream, in display order.

    Raises FFmpegError at damage, unless `tolerant`: then pictures that cannot be decoded whole are left out.
    """
    if not tolerant:
        yield from container.decode(stream)
        return
    ended = False
    for packet in packets_of(container, stream, tolerant=True):
        yield from whole_frames(packet)
        ended = not packet.size
    if not ended:
        with suppress(av.error.FFmpegError):
            yield from stream.codec_context.decode(None)


def whole_frames(packet: "Packet[VideoStream]") -> list[VideoFrame]:
    """The pictures that a packet brings out of the decoder, without those that are damaged."""
    try:
        return [frame for frame in packet.decode() if not frame.is_corrupt]
    except av.error.FFmpegError:
        return []


def copy_colours(source: VideoFrame, target: VideoFrame) -> None:
    """Say of a frame how its colours are coded: as those of another one."""
    target.colorspace, target.color_range = source.colorspace, source.color_range
    target.color_primaries, target.color_trc = source.color_primaries, source.color_trc

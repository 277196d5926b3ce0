"""Writing renditions: H.264 that browsers step through frame by frame, and nothing beside the pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import av
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from annotations.vision.video.decode import available_cores
from annotations.vision.video.picture import Picture

KEY_FRAME_INTERVAL = 15
"""Frames: each group of pictures is as long, but for the last one."""

X264_OPTIONS = {
    "preset": "superfast",
    "crf": "23",
    "g": str(KEY_FRAME_INTERVAL),
    "keyint_min": str(KEY_FRAME_INTERVAL),
    "sc_threshold": "0",
    "bf": "0",
    # Captions and user data of the original must not travel on in the stream.
    "a53cc": "0",
    "udu_sei": "0",
}
MUXER_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}
"""The muxer does not write its name ("bitexact")."""
STRIP_REMARKS = "filter_units=remove_types=6"
"""The bitstream filter that drops the encoder's own remark (an SEI unit)."""

KeyFrameCallback = Callable[[int, bytes, bytes | None], None]
"""Is given the number, the coded bytes and the stream's parameter sets of each key frame."""


@dataclass(frozen=True)
class StreamFormat:
    """Size in pixels and frames a second of a video stream."""

    width: int
    height: int
    rate: Fraction


class Encoder:
    """Encodes pictures in order at a constant rate, until it is closed."""

    def __init__(
        self,
        path: str,
        form: StreamFormat,
        *,
        threads: int | None = None,
        on_key_frame: KeyFrameCallback | None = None,
    ) -> None:
        """`threads` are as many as there are cores, unless others have work for them meanwhile."""
        self._container = av.open(path, "w", format="mp4", options=MUXER_OPTIONS)
        stream = self._container.add_stream("libx264", rate=form.rate, options=X264_OPTIONS)
        stream.width, stream.height, stream.pix_fmt = form.width, form.height, "yuv420p"
        stream.codec_context.time_base = 1 / form.rate
        stream.codec_context.thread_count = threads or available_cores()
        self._stream = stream
        self._filter: BitStreamFilterContext | None = None
        self._on_key_frame = on_key_frame
        self._written = 0
        self.width, self.height = form.width, form.height
        self.frames = 0

    def close(self) -> None:
        """Write what the encoder still holds and finish the file."""
        try:
            for packet in self._stream.encode():
                self._write(packet)
            self._finish()
        finally:
            self._container.close()

    def abandon(self) -> None:
        """Close the file as it is, good for nothing."""
        self._container.close()

    def colours(self, colorspace: int, color_range: int, primaries: int, transfer: int) -> None:
        """Say how colours are coded; to be called before the first picture."""
        context = self._stream.codec_context
        context.colorspace, context.color_range = colorspace, color_range
        context.color_primaries, context.color_trc = primaries, transfer

    def write(self, picture: Picture) -> None:
        """Encode one picture as the next frame."""
        frame = picture.frame
        frame.pts = self.frames
        frame.time_base = self._stream.codec_context.time_base
        context = self._stream.codec_context
        frame.colorspace, frame.color_range = context.colorspace, context.color_range
        for packet in self._stream.encode(frame):
            self._write(packet)
        self.frames += 1

    def _write(self, packet: "Packet[VideoStream]") -> None:
        if self._filter is None:
            self._filter = BitStreamFilterContext(STRIP_REMARKS, self._stream)
        for kept in self._filter.filter(packet):
            number = self._number(self._written)
            if kept.is_keyframe and self._on_key_frame is not None:
                self._on_key_frame(number, bytes(kept), self._stream.codec_context.extradata)
            self._written += 1
            self._mux(kept, number)

    def _mux(self, packet: "Packet[Stream]", number: int) -> None:
        """Put the packet of frame `number` into the file."""
        packet.stream = self._stream
        self._container.mux(packet)

    def _number(self, coded: int) -> int:
        """Which frame of the rendition the picture is that was coded as number `coded`."""
        return coded

    def _finish(self) -> None:
        """What is to be done when everything has been coded."""

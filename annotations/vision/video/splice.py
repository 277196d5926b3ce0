"""A rendition in which some groups of pictures are encoded again and the others are copied, packet by packet.

A group is a key frame and what follows it up to the next one: `KEY_FRAME_INTERVAL` pictures, the last one fewer.
Groups of our renditions are closed: each starts with a picture after which nothing refers to what came before
(IDR, ITU-T H.264 7.4.1.2.4). So a new group needs nothing of the old ones, and nothing of a group that is not
copied stays in the file. An earlier rendition is inspected for this before anything is made of it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from annotations.vision.errors import VisionError
from annotations.vision.video.encode import KEY_FRAME_INTERVAL, Encoder, KeyFrameCallback, StreamFormat

START_CODE = b"\x00\x00\x00\x01"
"""Before each unit of a stream of bytes (H.264 annex B)."""
LENGTH_BYTES = 4
"""Before each unit of a picture, as MP4 keeps it."""
PREDICTED, INDEPENDENT = 1, 5
"""What the pictures of a rendition are made of: slices, of an IDR picture or not (H.264 table 7-1)."""


class NotSpliceable(VisionError):
    """The earlier rendition is not one of ours as they are made today: all of it has to be made again."""

    def __init__(self, message: str) -> None:
        super().__init__("not_spliceable", message)


@dataclass(frozen=True)
class Layout:
    """What a rendition is: size, frames a second, number of frames, how colours are coded (ITU-T H.273: matrix,
    range, primaries, transfer), and its parameter sets."""

    width: int
    height: int
    rate: Fraction
    frames: int
    colours: tuple[int, int, int, int]
    parameters: tuple[bytes, ...]

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return -(-self.frames // KEY_FRAME_INTERVAL)


def groups_of(frames: Iterable[int]) -> set[int]:
    """The groups in which these frames of a rendition lie."""
    return {frame // KEY_FRAME_INTERVAL for frame in frames}


def frames_of(groups: Collection[int], frames: int) -> list[int]:
    """The frames, of `frames` in all, that lie in these groups, in order."""
    return [
        frame
        for group in sorted(groups)
        for frame in range(group * KEY_FRAME_INTERVAL, min(frames, (group + 1) * KEY_FRAME_INTERVAL))
    ]


def layout(path: str) -> Layout:
    """What the rendition at `path` is, after an inspection of all of its packets. Raises NotSpliceable."""
    earlier = _Earlier(path)
    try:
        context = earlier.stream.codec_context
        return Layout(
            width=context.width,
            height=context.height,
            rate=earlier.rate,
            frames=sum(1 for _ in earlier.packets()),
            colours=(context.colorspace, context.color_range, context.color_primaries, context.color_trc),
            parameters=parameter_sets(context.extradata),
        )
    finally:
        earlier.close()


class Splicer(Encoder):
    """Is given the pictures of the changed groups (frames `awaited`), in order, and writes the whole rendition.

    `on_key_frame` is called for the new groups' key frames only, under their numbers in the rendition. Raises
    NotSpliceable, up to the end of `close`, when the two cannot be made one: then nothing may be kept.
    """

    def __init__(
        self,
        earlier: str,
        path: str,
        changed: Collection[int],
        *,
        on_key_frame: KeyFrameCallback | None = None,
    ) -> None:
        """`changed` are the numbers of the groups to be encoded again, at least one."""
        self.layout = layout(earlier)
        if not changed or not set(changed) <= set(range(self.layout.groups)):
            raise ValueError("There must be groups to change, and only such as there are.")
        form = StreamFormat(self.layout.width, self.layout.height, self.layout.rate)
        super().__init__(path, form, on_key_frame=on_key_frame)
        self.colours(*self.layout.colours)
        self.awaited = frames_of(changed, self.layout.frames)
        self._earlier = _Earlier(earlier)
        self._copies = (
            (number, packet)
            for number, packet in enumerate(self._earlier.packets())
            if number // KEY_FRAME_INTERVAL not in changed
        )
        self._next = next(self._copies, None)

    def close(self) -> None:
        """Write what is left of both and finish the file."""
        try:
            super().close()
        finally:
            self._earlier.close()

    def abandon(self) -> None:
        """Close both files; what was written is good for nothing."""
        self._earlier.close()
        super().abandon()

    def _number(self, coded: int) -> int:
        return self.awaited[coded]

    def _mux(self, packet: "Packet[Stream]", number: int) -> None:
        if parameter_sets(self._stream.codec_context.extradata) != self.layout.parameters:
            raise NotSpliceable("The earlier rendition was coded with other settings.")
        if packet.is_keyframe != (number % KEY_FRAME_INTERVAL == 0):
            raise VisionError("internal_failure", "A group of pictures came out with another length.")
        self._copy_before(number)
        self._place(packet, number)

    def _finish(self) -> None:
        if self.frames != len(self.awaited):
            raise ValueError(f"{len(self.awaited)} pictures were to come, not {self.frames}.")
        self._copy_before(self.layout.frames)

    def _copy_before(self, frame: int) -> None:
        while self._next is not None and self._next[0] < frame:
            self._place(self._next[1], self._next[0])
            self._next = next(self._copies, None)

    def _place(self, packet: "Packet[Stream]", number: int) -> None:
        packet.pts = packet.dts = number
        packet.duration = 1
        packet.time_base = 1 / self.layout.rate
        super()._mux(packet, number)


class _Earlier:
    """A rendition that was made before, held open."""

    def __init__(self, path: str) -> None:
        try:
            self._container = av.open(path, "r", format="mp4", options={"protocol_whitelist": "file"})
        except av.error.FFmpegError as error:
            raise NotSpliceable("The earlier rendition cannot be read.") from error
        streams = self._container.streams
        rate = streams.video[0].average_rate if streams.video else None
        if len(streams) != 1 or rate is None or streams.video[0].codec_context.name != "h264":
            self.close()
            raise NotSpliceable("The earlier rendition is not a single H.264 video.")
        self.stream = streams.video[0]
        self.rate = Fraction(rate)

    def packets(self) -> "Iterator[Packet[Stream]]":
        """Its pictures in the form in which the encoder gives them. Raises NotSpliceable at the first that is odd."""
        number = 0
        try:
            for packet in self._container.demux(self.stream):
                if packet.size:
                    yield self._checked(packet, number)
                    number += 1
        except av.error.FFmpegError as error:
            raise NotSpliceable("The earlier rendition is damaged.") from error
        if not number:
            raise NotSpliceable("The earlier rendition is empty.")

    def _checked(self, packet: "Packet[VideoStream]", number: int) -> "Packet[Stream]":
        units = list(_units(bytes(packet)))
        first = number % KEY_FRAME_INTERVAL == 0
        if {unit[0] & 0x1F for unit in units} != {INDEPENDENT if first else PREDICTED}:
            raise NotSpliceable("The earlier rendition is not made of closed groups.")
        if (
            packet.pts is None
            or packet.pts != packet.dts
            or packet.pts * packet.time_base != number / self.rate
        ):
            raise NotSpliceable("The earlier rendition has no constant rate.")
        plain = Packet(b"".join(START_CODE + unit for unit in units))
        plain.is_keyframe = first
        return plain

    def close(self) -> None:
        """Close the file."""
        self._container.close()


def _units(sample: bytes) -> Iterator[bytes]:
    """The units of a picture as MP4 keeps it: each after its length. Raises NotSpliceable."""
    position = 0
    while position < len(sample):
        start = position + LENGTH_BYTES
        position = start + int.from_bytes(sample[position:start])
        if not start < position <= len(sample):
            raise NotSpliceable("The earlier rendition is damaged.")
        yield sample[start:position]


def parameter_sets(extradata: bytes | None) -> tuple[bytes, ...]:
    """Sequence and picture parameter sets, from either form in which codecs keep them: after start codes, or
    (ISO/IEC 14496-15, 5.3.3.1) counted and after their lengths. Raises NotSpliceable."""
    data = extradata or b""
    if not data.startswith(b"\x01"):
        return tuple(unit.rstrip(b"\x00") for unit in data.split(START_CODE[1:]) if unit.strip(b"\x00"))
    if len(data) < 6 or data[4] & 3 != LENGTH_BYTES - 1:
        raise NotSpliceable("The earlier rendition is kept in another form.")
    found: list[bytes] = []
    position = 5
    for count_bits in (0x1F, 0xFF):
        count = data[position] & count_bits
        position += 1
        for _ in range(count):
            start = position + 2
            position = start + int.from_bytes(data[position:start])
            found.append(data[start:position])
    return tuple(found)

"""What a file is, found out by reading all its packets and decoding its first pictures.

Where a damaged file is taken in part, all of it is decoded: nothing else tells what is there.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from annotations.vision.camera import Camera
from annotations.vision.errors import VideoError
from annotations.vision.limits import Limits
from annotations.vision.video.conversion import Conversion, packets_of, whole_frames
from annotations.vision.video.decode import decode
from annotations.vision.video.source import is_cover_picture, open_source, prepare
from annotations.vision.video.structure import is_cut_off
from annotations.vision.video.timing import Schedule, clean_times, schedule
from annotations.vision.video.tone_mapping import NAMES

FRAMES_DECODED = 3
"""The first ones, to see whether there is a decoder that takes them."""

VAGUE_CODES = {"not_a_video", "no_frames", "decoder_failed", "no_video_stream", "unknown_codec"}
"""Codes that say nothing but "truncated" about a file that is cut off."""


@dataclass(frozen=True)
class Probe:
    """Facts of an accepted clip. Sizes are in displayed pixels, `duration` in seconds; `rotation` in degrees
    counter-clockwise was applied to get there, and then `mirrored` whether left and right were exchanged.

    `width` and `height` are those that passes see and renditions have; `scaled_from` is the recorded size where that is
    larger. `tone_mapped_from` is "pq" or "hlg" for high dynamic range. `partial` tells that something is missing,
    `undecodable` how many pictures are in the file that were not decoded. `cover_pictures` and `other_streams` (a
    second lens) are video streams that are not the clip.
    """

    container: str
    codec: str
    width: int
    height: int
    rotation: int
    mirrored: bool
    frame_rate: float
    constant_rate: bool
    frames: int
    duration: float
    has_audio: bool
    scaled_from: tuple[int, int] | None = None
    tone_mapped_from: str | None = None
    partial: bool = False
    undecodable: int = 0
    cover_pictures: int = 0
    other_streams: int = 0

    def as_dict(self) -> dict[str, object]:
        """The facts as JSON keeps them."""
        return asdict(self)


def probe(
    path: str,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    camera: Camera = Camera(),  # noqa: B008 - frozen
) -> Probe:
    """Read the whole file's packets and its first frames. Raises VideoError with a stable code."""
    return probe_and_plan(path, limits, camera)[0]


def probe_and_plan(
    path: str,
    limits: Limits,
    camera: Camera = Camera(),  # noqa: B008 - frozen
) -> tuple[Probe, Schedule]:
    """The facts, and the schedule of a rendition as far as packets tell: only decoding is certain."""
    size = os.stat(path).st_size
    if size == 0:
        raise VideoError("empty_file")
    if size > limits.max_bytes:
        raise VideoError("too_large")
    cut_off = is_cut_off(path)
    try:
        return _read(path, limits, cut_off, camera)
    except VideoError as error:
        if cut_off and error.code in VAGUE_CODES:
            raise VideoError("truncated") from error
        raise
    except av.error.FFmpegError as error:
        raise VideoError("truncated" if cut_off else "decoder_failed") from error


def _read(path: str, limits: Limits, cut_off: bool, camera: Camera) -> tuple[Probe, Schedule]:
    with open_source(path) as (container, stream):
        prepare(stream, limits, threads=1)
        conversion = Conversion(container, stream, limits, camera)
        packets = _Packets(limits)
        packets.read(container, stream, conversion)
        if not packets.stamps:
            raise VideoError("no_frames")
        recorded, geometry = conversion.recorded, conversion.geometry
        if recorded is None or geometry is None:
            raise VideoError("decoder_failed")
        missing = cut_off or packets.last_is_damaged or _lacks_pictures(path, stream, packets.seen)
        if missing and not limits.accept_partial:
            raise VideoError("truncated")
        stamps: Sequence[float | None] = packets.in_order(stream, conversion)
        if limits.accept_partial:
            stamps = [decoded.time for decoded in decode(path, limits, camera=camera)]
        times = clean_times(stamps, float(conversion.nominal_rate or 0))
        plan = schedule(times, conversion.nominal_rate)
        duration = times[-1] + 1 / float(plan.rate) if plan.constant else times[-1] + _spacing(times)
        if duration > limits.max_seconds + 1.5 / float(plan.rate):
            raise too_long(duration, limits)
        covers = sum(map(is_cover_picture, container.streams.video))
        facts = Probe(
            container=container.format.name,
            codec=stream.codec_context.name,
            width=geometry.width,
            height=geometry.height,
            rotation=geometry.quarter_turns * 90,
            mirrored=geometry.mirrored,
            frame_rate=float(plan.rate),
            constant_rate=plan.constant,
            frames=len(times),
            duration=round(duration, 6),
            has_audio=bool(container.streams.audio),
            scaled_from=(recorded.width, recorded.height) if recorded != geometry else None,
            tone_mapped_from=NAMES.get(conversion.transfer),
            partial=missing or len(times) < len(packets.stamps),
            undecodable=max(0, len(packets.stamps) - len(times)),
            cover_pictures=covers,
            other_streams=len(container.streams.video) - covers - 1,
        )
        return facts, plan


class _Packets:
    """What the packets of a stream tell."""

    def __init__(self, limits: Limits) -> None:
        self.stamps: list[float | None] = []
        """Of the pictures that are shown, in the order of the file."""
        self.seen = 0
        """Pictures, also those that an edit list hides."""
        self.last_is_damaged = False
        self._limits = limits

    def read(self, container: InputContainer, stream: VideoStream, conversion: Conversion) -> None:
        """Read all packets, and decode the first ones. Raises VideoError, FFmpegError."""
        decoded = 0
        tolerant = self._limits.accept_partial
        for packet in packets_of(container, stream, tolerant=tolerant):
            if packet.size:
                self.seen += 1
            if packet.size and not packet.is_discard:
                self.stamps.append(float(packet.pts * packet.time_base) if packet.pts is not None else None)
                self.last_is_damaged = packet.is_corrupt
                _check_length(self.stamps, self._limits)
            if decoded < FRAMES_DECODED:
                for frame in whole_frames(packet) if tolerant else packet.decode():
                    conversion.shown(frame)
                    decoded += 1

    def in_order(self, stream: VideoStream, conversion: Conversion) -> Sequence[float | None]:
        """The stamps in the order of display: where pictures are stored in another one, they tell it."""
        if not conversion.has_times:
            return [None] * len(self.stamps)
        known = [stamp for stamp in self.stamps if stamp is not None]
        reordered = bool(stream.codec_context.has_b_frames) and len(known) == len(self.stamps)
        return sorted(known) if reordered else self.stamps


def _lacks_pictures(path: str, stream: VideoStream, seen: int) -> bool:
    """Whether the file has fewer pictures than its index announces, edit lists apart."""
    if seen >= stream.frames * 0.98 - 1:
        return False
    with open_source(path, {"ignore_editlist": "1"}) as (container, again):
        return sum(1 for packet in container.demux(again) if packet.size) < stream.frames * 0.98 - 1


def _check_length(stamps: Sequence[float | None], limits: Limits) -> None:
    """Stop early on a stream that does not end, or is more work than its length says."""
    if len(stamps) > limits.max_frames:
        known = [stamp for stamp in stamps if stamp is not None]
        seconds = max(known) - min(known) if known else 0.0
        raise too_long(seconds, limits) if seconds > limits.max_seconds else VideoError("too_many_frames")


def too_long(seconds: float, limits: Limits) -> VideoError:
    """The error for a clip that lasts so long."""
    return VideoError(
        "too_long",
        f"The clip lasts at least {seconds:.0f} s, and at most {limits.max_seconds:.0f} s are accepted. "
        "Cut it; make a time-lapse play faster.",
    )


def _spacing(times: Sequence[float]) -> float:
    return times[-1] / (len(times) - 1) if len(times) > 1 else 0.0

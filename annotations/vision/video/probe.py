"""What a file is, found out by reading all its packets and decoding its first pictures."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import av

from annotations.vision.errors import VideoError
from annotations.vision.limits import Limits
from annotations.vision.video.source import Geometry, check_size, nominal_rate, open_source, prepare
from annotations.vision.video.structure import is_cut_off
from annotations.vision.video.timing import Schedule, clean_times, schedule

FRAMES_DECODED = 3
"""The first ones, to see whether there is a decoder that takes them."""

VAGUE_CODES = {"not_a_video", "no_frames", "decoder_failed", "no_video_stream", "unknown_codec"}
"""Codes that say nothing but "truncated" about a file that is cut off."""


@dataclass(frozen=True)
class Probe:
    """Facts of an accepted clip: sizes in displayed pixels, `duration` in seconds, `rotation` in degrees
    counter-clockwise that was applied to get there, and then `mirrored` whether left and right were exchanged."""

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

    def as_dict(self) -> dict[str, object]:
        """The facts as JSON keeps them."""
        return asdict(self)


def probe(path: str, limits: Limits = Limits()) -> Probe:  # noqa: B008 - frozen
    """Read the whole file's packets and its first frames. Raises VideoError with a stable code."""
    return probe_and_plan(path, limits)[0]


def probe_and_plan(path: str, limits: Limits) -> tuple[Probe, Schedule]:
    """The facts, and the schedule of a rendition as far as packets tell: only decoding is certain."""
    size = os.stat(path).st_size
    if size == 0:
        raise VideoError("empty_file")
    if size > limits.max_bytes:
        raise VideoError("too_large")
    cut_off = is_cut_off(path)
    try:
        return _read(path, limits, cut_off)
    except VideoError as error:
        if cut_off and error.code in VAGUE_CODES:
            raise VideoError("truncated") from error
        raise
    except av.error.FFmpegError as error:
        raise VideoError("truncated" if cut_off else "decoder_failed") from error


def _read(path: str, limits: Limits, cut_off: bool) -> tuple[Probe, Schedule]:
    with open_source(path) as (container, stream):
        prepare(stream, limits, threads=1)
        announced = stream.frames
        rate = nominal_rate(stream)
        stamps: list[float | None] = []
        geometry: Geometry | None = None
        decoded = 0
        last_is_damaged = False
        for packet in container.demux(stream):
            if packet.size and not packet.is_discard:
                stamps.append(float(packet.pts * packet.time_base) if packet.pts is not None else None)
                last_is_damaged = packet.is_corrupt
                _check_length(stamps, limits)
            if decoded < FRAMES_DECODED:
                for frame in packet.decode():
                    check_size(frame.width, frame.height, limits)
                    geometry = geometry or Geometry.of(frame, stream.sample_aspect_ratio)
                    decoded += 1
        if not stamps:
            raise VideoError("no_frames")
        if geometry is None:
            raise VideoError("decoder_failed")
        if cut_off or (announced and len(stamps) < announced * 0.98 - 1) or last_is_damaged:
            raise VideoError("truncated")
        times = clean_times(_in_order(stamps), float(rate or 0))
        plan = schedule(times, rate)
        duration = times[-1] + 1 / float(plan.rate) if plan.constant else times[-1] + _spacing(times)
        if duration > limits.max_seconds + 1.5 / float(plan.rate):
            raise VideoError("too_long")
        facts = Probe(
            container=container.format.name,
            codec=stream.codec_context.name,
            width=geometry.width,
            height=geometry.height,
            rotation=geometry.quarter_turns * 90,
            mirrored=geometry.mirrored,
            frame_rate=float(plan.rate),
            constant_rate=plan.constant,
            frames=len(stamps),
            duration=round(duration, 6),
            has_audio=bool(container.streams.audio),
        )
        return facts, plan


def _check_length(stamps: list[float | None], limits: Limits) -> None:
    """Stop early on a stream that does not end, or is more work than its length says."""
    if len(stamps) > limits.max_frames:
        known = [stamp for stamp in stamps if stamp is not None]
        is_long = known and max(known) - min(known) > limits.max_seconds
        raise VideoError("too_long" if is_long else "too_many_frames")


def _in_order(stamps: list[float | None]) -> Sequence[float | None]:
    """Packets come in decoding order; frames are shown in the order of their stamps."""
    known = [stamp for stamp in stamps if stamp is not None]
    return sorted(known) if len(known) == len(stamps) else stamps


def _spacing(times: list[float]) -> float:
    return times[-1] / (len(times) - 1) if len(times) > 1 else 0.0

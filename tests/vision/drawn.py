"""Clips whose pictures carry their numbers, and what cameras and phones do to a file, made on the spot.

A number stands along the top, in thirteen black or white blocks: a white one, then its bits, the lowest first.
"""

import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from annotations.vision.limits import ANY_SIZE, Limits
from annotations.vision.video.decode import decode
from tests.vision import clips
from tests.vision.malformed import boxes

BLOCKS = 13
TOP, BOTTOM = 0.04, 0.12
"""Of the height: where the blocks are read."""


def numbered(number: int, width: int = 320, height: int = 180) -> clips.Rgb:
    """A picture with a number in it."""
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[:, :, 0] += np.arange(width, dtype=np.uint8)[np.newaxis] // 4
    bits = number << 1 | 1
    for block in range(BLOCKS):
        left, right = (place * width // 16 for place in (block, block + 1))
        picture[: height * 2 // 15, left:right] = 255 * (bits >> block & 1)
    return picture


def number_of(picture: clips.Rgb) -> int:
    """The number in a picture, which may have been scaled; -1 when it is none."""
    height, width = picture.shape[:2]
    band = picture[round(height * TOP) : round(height * BOTTOM), :, 1].mean(0)
    middles = [band[round((block + 0.5) * width / 16)] for block in range(BLOCKS)]
    value = sum(1 << block for block, level in enumerate(middles) if level > 128)
    return value >> 1 if value & 1 else -1


def numbers(path: Path | str, limits: Limits = ANY_SIZE) -> list[int]:
    """The numbers of all pictures of a clip, in order."""
    return [number_of(decoded.rgb()) for decoded in decode(str(path), limits)]


def draw(path: Path, count: int, *, size: tuple[int, int] = (320, 180), **encoding: object) -> list[int]:
    """Write a clip of the pictures 0 to `count`; their numbers."""
    clips.encode(path, [numbered(number, *size) for number in range(count)], **encoding)  # type: ignore[arg-type]
    return list(range(count))


def edited(mp4: bytes, edits: Iterable[tuple[int, int]]) -> bytes:
    """The file with this edit list: milliseconds that are shown, from which time of the media (in its units, -1 for
    nothing). The index must stand behind the pictures, as it does unless asked otherwise."""
    entries = b"".join(struct.pack(">IiI", length, start, 1 << 16) for length, start in edits)
    body = struct.pack(">4sII", b"elst", 0, len(entries) // 12) + entries
    elst = struct.pack(">I", 4 + len(body)) + body
    edts = struct.pack(">I4s", 8 + len(elst), b"edts") + elst
    found = {
        kind: (offset, length) for offset, length, kind in boxes(mp4) if kind in {b"moov", b"trak", b"edts"}
    }
    start, length = found[b"edts"]
    made = bytearray(mp4[:start] + edts + mp4[start + length :])
    for kind in (b"moov", b"trak"):
        offset, old = found[kind]
        made[offset : offset + 4] = struct.pack(">I", old + len(edts) - length)
    return bytes(made)


def with_times(path: Path, times: Sequence[float], **encoding: object) -> None:
    """Write a clip with a numbered picture at each of these seconds."""
    clips.encode(path, [numbered(number) for number in range(len(times))], times=times, **encoding)  # type: ignore[arg-type]


def restamp(path: Path, milliseconds: Sequence[int]) -> None:
    """Give the pictures of a file without reordering these stamps, which may not fall."""
    with av.open(str(path)) as source:
        packets = [packet for packet in source.demux(video=0) if packet.size]
        kept = path.with_name(f"restamped{path.suffix}")
        with av.open(str(kept), "w") as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet, stamp in zip(packets, milliseconds, strict=True):
                packet.stream, packet.time_base = stream, Fraction(1, 1000)
                packet.pts = packet.dts = stamp
                target.mux(packet)
    kept.replace(path)


def ivf(path: Path, stamps: Sequence[int], rate: int = 30) -> None:
    """Write a VP8 clip of numbered pictures whose stamps, in frames, are these, whatever they are."""
    draw(path, len(stamps), rate=rate, codec="libvpx", options={"auto-alt-ref": "0", "lag-in-frames": "0"})
    data = bytearray(path.read_bytes())
    position = 32
    for stamp in stamps:
        (length,) = struct.unpack_from("<I", data, position)
        struct.pack_into("<q", data, position + 4, stamp)
        position += 12 + length
    path.write_bytes(bytes(data))

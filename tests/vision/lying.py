"""Files whose headers, tracks, time stamps or numbers say what cannot be, or what no camera makes."""

import io
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.vision import clips

Named = tuple[str, bytes]
SIZES = (0, 1, 15, 8192, 65535)
"""Sides of a picture that headers claim."""


def files(folder: Path) -> Iterator[Named]:
    """Names and contents. `folder` is for temporary files."""
    pictures = [clips.background(96, 64, seed) for seed in range(6)]

    def made(name: str, frames: Sequence[clips.Rgb] = pictures, **encoding: Any) -> bytes:
        clips.encode(folder / name, frames, **encoding)
        return (folder / name).read_bytes()

    with_sound = made("sound.mp4", sound=True)
    yield from _tracks_mixed_up(with_sound)
    yield from _absurd_sizes(made("silent.mp4"), made("motion.avi", codec="mjpeg", pixel_format="yuvj420p"))
    yield from _absurd_rates(made("plain.mp4"), made("plain.avi", codec="mpeg4"))
    for name, rate in (("241-a-second.mkv", 241), ("1000-a-second.mkv", 1000)):
        yield name, made(name, times=[n / rate for n in range(6)])
    yield from _times_out_of_order(made("vp8.ivf", codec="libvpx"), made("forth.ts"), folder)
    yield from _without_key_frames(made("long-groups.ts", pictures * 4, options={"g": "100", "bf": "0"}))
    yield from _endless(made("endless-base.mp4"), pictures)
    for turn in (180, 270, 359):
        yield f"turned-{turn}.mp4", made(f"turned-{turn}.mp4", rotation=turn)
    thin = [np.ascontiguousarray(picture[:63, :95]) for picture in pictures]
    yield "odd-both.mp4", made("odd-both.mp4", thin, codec="mpeg4")
    yield "odd-both.avi", made("odd-both.avi", thin, codec="mjpeg", pixel_format="yuvj420p")
    interlaced = {"flags": "+ildct+ilme", "x264-params": "tff=1"}
    yield "interlaced.mp4", made("interlaced.mp4", rate=25, options=interlaced)
    yield "10-bit-4-2-2.mp4", made("10-bit-4-2-2.mp4", pixel_format="yuv422p10le")
    yield "10-bit.ts", made("10-bit.ts", pixel_format="yuv420p10le")
    for kind in ("mkv", "mp4", "ts"):
        yield f"320-streams.{kind}", many_streams(folder / f"320.{kind}", 320)


def many_streams(path: Path, count: int) -> bytes:
    """A file of so many video streams, each of two black pictures."""
    codec = "mpeg2video" if path.suffix == ".ts" else "mpeg4"
    with av.open(str(path), "w") as container:
        streams: list[Any] = [container.add_stream(codec, rate=25) for _ in range(count)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for stream in streams:
            for number in range(2):
                frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    return path.read_bytes()


def _patched(data: bytes, kind: bytes, offset: int, value: bytes, occurrence: int = 0) -> bytes:
    """The MP4 with these bytes at an offset behind the name of a box."""
    at = -1
    for _ in range(occurrence + 1):
        at = data.index(kind, at + 1)
    place = at + len(kind) + offset
    return data[:place] + value + data[place + len(value) :]


def _box(data: bytes, kind: bytes, after: int = 0) -> tuple[int, int]:
    """Beginning and end of the first box of a kind."""
    start = data.index(kind, after) - 4
    return start, start + int(struct.unpack(">I", data[start : start + 4])[0])


def _tracks_mixed_up(mp4: bytes) -> Iterator[Named]:
    """The boxes of the video track and of the sound track in each other's places."""
    for kind in (
        b"trak",
        b"tkhd",
        b"mdia",
        b"mdhd",
        b"hdlr",
        b"minf",
        b"stbl",
        b"stsd",
        b"stts",
        b"stsz",
        b"stco",
    ):
        first = _box(mp4, kind)
        second = _box(mp4, kind, first[1])
        swapped = (
            mp4[: first[0]]
            + mp4[second[0] : second[1]]
            + mp4[first[1] : second[0]]
            + mp4[first[0] : first[1]]
            + mp4[second[1] :]
        )
        yield f"swapped-{kind.decode()}.mp4", swapped
    yield "same-track-twice.mp4", _patched(mp4, b"tkhd", 12, struct.pack(">I", 1), 1)


def _absurd_sizes(mp4: bytes, avi: bytes) -> Iterator[Named]:
    for side in SIZES:
        claimed = struct.pack(">HH", side, side)
        yield f"side-{side}.mp4", _patched(mp4, b"avc1", 24, claimed, mp4.count(b"avc1") - 1)
        # The header of every JPEG, too: start of frame, length, bits, height, width.
        yield (
            f"side-{side}-inside.avi",
            avi.replace(b"\xff\xc0\x00\x11\x08\x00\x40\x00\x60", b"\xff\xc0\x00\x11\x08" + claimed),
        )
        header = avi.index(b"strf") + 12
        yield f"side-{side}.avi", avi[:header] + struct.pack("<ii", side, side) + avi[header + 8 :]
    header = avi.index(b"strf") + 12
    yield "side-negative.avi", avi[:header] + struct.pack("<ii", -96, -64) + avi[header + 8 :]


def _absurd_rates(mp4: bytes, avi: bytes) -> Iterator[Named]:
    for number in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        yield f"time-scale-{number}.mp4", _patched(mp4, b"mdhd", 12, struct.pack(">I", number))
        yield f"frame-time-{number}.mp4", _patched(mp4, b"stts", 12, struct.pack(">I", number))
        yield f"frame-count-{number}.mp4", _patched(mp4, b"stts", 8, struct.pack(">I", number))
        place = avi.index(b"strh") + 8 + 20
        for label, pair in (("scale", (number, 15)), ("rate", (1, number))):
            yield f"{label}-{number}.avi", avi[:place] + struct.pack("<II", *pair) + avi[place + 8 :]


def _times_out_of_order(ivf: bytes, ts: bytes, folder: Path) -> Iterator[Named]:
    frames, place = [], 32
    while place + 12 <= len(ivf):
        (length,) = struct.unpack("<I", ivf[place : place + 4])
        frames.append(ivf[place + 12 : place + 12 + length])
        place += 12 + length
    last = len(frames) - 1
    for name, times in (
        ("falling", [last - n for n in range(last + 1)]),
        ("all-the-same", [3] * (last + 1)),
        ("back-and-forth", [n ^ 1 for n in range(last + 1)]),
        ("one-far-ahead", [0, 1, 2**40, *range(3, last + 1)]),
        ("negative", [-(2**62) + n for n in range(last + 1)]),
        ("at-the-end-of-numbers", [2**63 - 1 - last + n for n in range(last + 1)]),
    ):
        body = b"".join(
            struct.pack("<Iq", len(frame), time) + frame for frame, time in zip(frames, times, strict=True)
        )
        yield f"times-{name}.ivf", ivf[:32] + body
    clips.encode(folder / "later.ts", [clips.background(96, 64, 9)] * 6, times=[5 + n / 15 for n in range(6)])
    yield "times-falling.ts", (folder / "later.ts").read_bytes() + ts
    yield "times-again.ts", ts * 3


def _without_key_frames(ts: bytes) -> Iterator[Named]:
    """Transport streams that begin after their only key frame, or have noise or nothing for it."""
    packets = [ts[n : n + 188] for n in range(0, len(ts), 188)]
    begins = [n for n, packet in enumerate(packets) if packet[1] & 0x40 and _pid(packet) == 256]
    head = packets[: begins[0]]
    yield "key-frame-cut-away.ts", b"".join(head + packets[begins[1] :])
    yield "key-frame-and-more-cut-away.ts", b"".join(head + packets[begins[8] :])
    noise = np.random.default_rng(3).bytes(184)
    damaged = [
        packet[:4] + noise if begins[0] < n < begins[1] else packet for n, packet in enumerate(packets)
    ]
    yield "key-frame-of-noise.ts", b"".join(damaged)


def _pid(packet: bytes) -> int:
    return (packet[1] & 0x1F) << 8 | packet[2]


def _endless(mp4: bytes, pictures: Sequence[clips.Rgb]) -> Iterator[Named]:
    """Lengths left open, and small files that claim to hold pictures without end."""
    live = io.BytesIO()
    with av.open(live, "w", format="matroska", options={"live": "1"}) as container:
        stream: Any = container.add_stream("libx264", rate=15)
        stream.height, stream.width = pictures[0].shape[:2]
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    yield "length-unknown.mkv", live.getvalue()
    yield "length-unknown-and-again.mkv", live.getvalue() * 50
    yield "nothing-after-the-header.mkv", live.getvalue()[:300]
    # Every sample of one size, a million of them, all in the first chunk.
    sizes = _patched(mp4, b"stsz", 4, struct.pack(">II", 40, 1_000_000))
    times = _patched(sizes, b"stts", 8, struct.pack(">I", 1_000_000))
    yield "a-million-samples.mp4", _patched(times, b"stsc", 12, struct.pack(">I", 1_000_000))
    yield "samples-of-no-size.mp4", _patched(mp4, b"stsz", 4, struct.pack(">II", 0, 1_000_000))
    start, end = _box(mp4, b"mdat")
    yield "nothing-in-mdat.mp4", mp4[:start] + struct.pack(">I4s", 8, b"mdat") + mp4[end:]
    yield "mdat-to-the-end.mp4", mp4[:start] + struct.pack(">I", 0) + mp4[start + 4 :] + bytes(200_000)
    yield (
        "boxes-in-boxes.mp4",
        mp4 + b"".join(struct.pack(">I4s", 8 * (5000 - n), b"moov") for n in range(5000)),
    )

"""Several hundred files that a decoder should never be given, made on the spot."""

import struct
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.vision import clips, lying

CONTAINER_BOXES = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf"}
Named = tuple[str, bytes]


@cache
def corpus() -> dict[str, bytes]:
    """Every file by its name, made once for each process."""
    with tempfile.TemporaryDirectory() as folder:
        return dict(_files(Path(folder)))


def _files(folder: Path) -> Iterator[Named]:
    """Names and contents. `folder` is for temporary files."""
    mp4 = _clip(folder / "base.mp4")
    yield "whole.mp4", mp4
    yield from _cut_at_boxes(mp4)
    yield from _boxes_with_lies(mp4)
    yield from _swapped_and_doubled_boxes(mp4)
    yield from _flipped_bits("mp4", mp4, 70)
    others = {
        "mkv": _clip(folder / "base.mkv"),
        "avi": _clip(folder / "base.avi", codec="mpeg4"),
        "ts": _clip(folder / "base.ts"),
        "webm": _clip(folder / "base.webm", codec="libvpx"),
        "mov": _clip(folder / "base.mov", codec="mjpeg", pixel_format="yuvj420p"),
    }
    for kind, data in others.items():
        yield f"whole.{kind}", data
        yield from _flipped_bits(kind, data, 16)
        for share in (0.02, 0.2, 0.5, 0.8, 0.95, 0.999):
            yield f"cut-{share}.{kind}", data[: int(len(data) * share)]
        yield (
            f"zeros-inside.{kind}",
            data[: len(data) // 3] + bytes(len(data) // 3) + data[2 * len(data) // 3 :],
        )
        yield f"noise-after.{kind}", data + np.random.default_rng(1).bytes(5000)
        yield f"twice.{kind}", data + data
    yield from _odd_but_real(folder)
    yield from _not_videos(mp4)
    yield from lying.files(folder)


def _clip(path: Path, **encoding: Any) -> bytes:
    people = [clips.walking(30, 30, 24, 1)]
    clips.scene(path, width=96, height=64, frames=12, rate=12, people=people, **encoding)
    return path.read_bytes()


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, bytes]]:
    """Every MP4 box, nested ones too: (offset, length, kind)."""
    position, end = start, len(data) if end is None else end
    while position + 8 <= end:
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        if length < 8:
            return
        yield position, length, kind
        if kind in CONTAINER_BOXES:
            yield from boxes(data, position + 8, min(end, position + length))
        position += length


def _cut_at_boxes(data: bytes) -> Iterator[Named]:
    for offset, _, kind in boxes(data):
        for extra in (0, 4, 9):
            yield f"cut-{kind.decode()}-{offset}+{extra}.mp4", data[: offset + extra]


def _boxes_with_lies(data: bytes) -> Iterator[Named]:
    """The same box with a length, a count or a size that cannot be true."""
    for offset, length, kind in boxes(data):
        name = kind.decode()
        for label, lie in (("none", 0), ("tiny", 9), ("huge", 0x7FFFFFFF)):
            yield (
                f"length-{label}-{name}-{offset}.mp4",
                data[:offset] + struct.pack(">I", lie) + data[offset + 4 :],
            )
        if kind in {b"stsz", b"stts", b"stsc", b"stco", b"ctts", b"stss", b"mdhd", b"mvhd", b"tkhd", b"avc1"}:
            body = length - 8
            for place in range(4, min(body, 40), 8):
                for lie in (0, 0xFFFFFFFF):
                    at = offset + 8 + place
                    yield (
                        f"field-{name}-{place}-{lie}.mp4",
                        data[:at] + struct.pack(">I", lie) + data[at + 4 :],
                    )


def _swapped_and_doubled_boxes(data: bytes) -> Iterator[Named]:
    outer = {b"ftyp", b"moov", b"mdat", b"free"}
    top = [data[start : start + length] for start, length, kind in boxes(data) if kind in outer]
    yield "boxes-reversed.mp4", b"".join(reversed(top))
    yield "boxes-twice.mp4", b"".join(part * 2 for part in top)
    for index in range(len(top)):
        yield f"without-box-{index}.mp4", b"".join(part for n, part in enumerate(top) if n != index)
    yield "key-frames-gone.mp4", data.replace(b"stss", b"free")
    yield "kind-of-track-changed.mp4", data.replace(b"vide", b"soun")
    yield "codec-changed.mp4", data.replace(b"avc1", b"hvc1").replace(b"avcC", b"hvcC")


def _flipped_bits(kind: str, data: bytes, count: int) -> Iterator[Named]:
    random = np.random.default_rng(len(data))
    for number in range(count):
        damaged = bytearray(data)
        for position in random.integers(0, len(data), 1 + number % 12):
            damaged[position] ^= 1 << int(random.integers(8))
        yield f"flipped-{number}.{kind}", bytes(damaged)


def _odd_but_real(folder: Path) -> Iterator[Named]:
    """Files that a camera, a telephone or an editor could have made."""
    pictures = [clips.background(98, 66, seed) for seed in range(6)]

    def made(name: str, frames: list[clips.Rgb] = pictures, **encoding: Any) -> Named:
        clips.encode(folder / name, frames, **encoding)
        return name, (folder / name).read_bytes()

    yield made("10-bit.mkv", pixel_format="yuv420p10le")
    yield made("4-2-2.mkv", pixel_format="yuv422p")
    yield made("4-4-4.mkv", pixel_format="yuv444p")
    yield made("grey.mkv", pixel_format="gray")
    yield made("odd-size.mkv", [np.ascontiguousarray(p[:65, :97]) for p in pictures], pixel_format="yuv444p")
    yield made("tiny.mkv", [np.ascontiguousarray(p[:2, :2]) for p in pictures])
    yield made("thin.mkv", [np.ascontiguousarray(np.tile(p[:16], (1, 8, 1))) for p in pictures])
    yield made("one-frame.mp4", pictures[:1])
    yield made("turned.mp4", rotation=90)
    yield made("turned-a-little.mp4", rotation=37)
    yield made("interlaced.ts", codec="mpeg2video", rate=25, options={"flags": "+ildct+ilme"})
    yield made("b-frames.mkv", options={"bf": "3"})
    yield made("no-key-frames.mkv", options={"g": "1000", "intra-refresh": "1"})
    yield made("variable.mkv", times=[0, 0.1, 0.15, 0.9, 1.0, 1.05])
    yield made("time-stands-still.mkv", times=[0, 0.001, 0.002, 0.003, 0.004, 0.005])
    yield made("slow.mkv", times=[0, 5, 10, 15, 20, 25])
    yield made("late-start.mkv", times=[100, 100.1, 100.2, 100.3, 100.4, 100.5])
    yield made("too-long.mkv", times=[0, 20, 40, 60, 80, 100])
    yield made("uncompressed.avi", codec="rawvideo", options={})
    yield made("lossless.mkv", codec="ffv1", options={})
    yield made("sound-too.mp4", sound=True)
    _, first = made("size-changes.ts", pictures[:3])
    clips.encode(folder / "second.ts", [np.ascontiguousarray(p[:32, :48]) for p in pictures])
    yield "size-changes.ts", first + (folder / "second.ts").read_bytes()
    yield "many-streams.mkv", lying.many_streams(folder / "many.mkv", 60)
    yield "sound-only.mp4", _sound_only(folder / "sound.mp4")
    yield "backwards.avi", _shuffled_avi(folder / "shuffled.avi")
    whole = (folder / "b-frames.mkv").read_bytes()
    yield "endless.ts", first * 400
    yield "wrong-name.mp4", whole


def _sound_only(path: Path) -> bytes:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.int16), format="s16", layout="mono")
        silence.sample_rate = 16000
        container.mux(stream.encode(silence))
        container.mux(stream.encode())
    return path.read_bytes()


def _shuffled_avi(path: Path) -> bytes:
    """Frames stored in an order in which they cannot be decoded."""
    pictures = [clips.background(96, 64, seed) for seed in range(6)]
    clips.encode(path, pictures, codec="mpeg4", options={"g": "3"})
    parts = path.read_bytes().split(b"00dc")
    return b"00dc".join([parts[0], *reversed(parts[1:])])


def _not_videos(mp4: bytes) -> Iterator[Named]:
    random = np.random.default_rng(7)
    yield "empty.mp4", b""
    yield "one-byte.mp4", b"\0"
    yield "zeros.mp4", bytes(100_000)
    yield "noise.mp4", random.bytes(100_000)
    yield "text.mp4", b"the quick brown fox\n" * 500
    yield "page.mp4", b"<!DOCTYPE html><html><body><video src='file:///etc/passwd'></body></html>"
    yield "playlist.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n#EXT-X-ENDLIST\n"
    yield "concat.txt", b"ffconcat version 1.0\nfile '/etc/passwd'\n"
    yield (
        "sdp.sdp",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    )
    yield "picture.png", b"\x89PNG\r\n\x1a\n" + random.bytes(2000)
    yield "picture.jpg", b"\xff\xd8\xff\xe0" + random.bytes(2000)
    yield "archive.zip", b"PK\x03\x04" + random.bytes(2000)
    yield "program.exe", b"\x7fELF" + random.bytes(2000)
    yield "header-only.mp4", mp4[:32]
    yield "header-then-noise.mp4", mp4[:32] + random.bytes(50_000)
    yield "noise-then-video.mp4", random.bytes(1000) + mp4
    for number in range(10):
        yield (
            f"mp4-shell-{number}.mp4",
            b"".join(
                struct.pack(">I4s", 8 + len(body), kind) + body
                for kind, body in (
                    (b"ftyp", b"isom\0\0\2\0isom"),
                    (b"moov", random.bytes(200 * number)),
                    (b"mdat", random.bytes(500)),
                )
            ),
        )

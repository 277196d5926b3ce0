"""What a file is, or why it is not accepted."""

import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from av.video.stream import VideoStream

from annotations.vision.errors import VideoError
from annotations.vision.video import Limits, decode, probe
from annotations.vision.video.ranges import Ranges
from tests.vision import clips, drawn


def refused(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(VideoError) as caught:
        probe(str(path), limits or Limits())
    return caught.value.code


def test_probe_tells_the_facts_of_a_clip(tmp_path: Path) -> None:
    clips.scene(tmp_path / "a.mp4", frames=20, rate=10, sound=True)
    facts = probe(str(tmp_path / "a.mp4"))
    assert (facts.codec, facts.width, facts.height, facts.frames) == ("h264", 320, 240, 20)
    assert facts.frame_rate == 10
    assert facts.duration == pytest.approx(2.0)
    assert facts.constant_rate
    assert facts.has_audio


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert refused(tmp_path / "a.mp4") == "empty_file"


@pytest.mark.parametrize("content", [b"hello " * 1000, os.urandom(5000), b"\x89PNG\r\n\x1a\n" + bytes(900)])
def test_what_is_not_a_video_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    assert refused(tmp_path / "a.mp4") == "not_a_video"


def test_a_playlist_that_would_open_other_files_is_refused(tmp_path: Path) -> None:
    clips.scene(tmp_path / "a.mp4")
    (tmp_path / "b.mp4").write_text("ffconcat version 1.0\nfile a.mp4\n")
    (tmp_path / "c.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.mp4\n#EXT-X-ENDLIST\n")
    assert refused(tmp_path / "b.mp4") == "not_a_video"
    assert refused(tmp_path / "c.mp4") == "not_a_video"


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_cut_off_file_is_told(tmp_path: Path, name: str, share: float) -> None:
    clips.scene(tmp_path / name, frames=30, people=[clips.walking(100, 100, 60, 2)])
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    assert refused(tmp_path / name) == "truncated"


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.int16), format="s16", layout="mono")
        silence.sample_rate = 16000
        container.mux(stream.encode(silence))
        container.mux(stream.encode())
    assert refused(tmp_path / "a.mp4") == "no_video_stream"


def test_limits_are_kept(tmp_path: Path) -> None:
    clips.scene(tmp_path / "a.mp4", frames=30, rate=10, width=320, height=240)
    path = tmp_path / "a.mp4"
    assert refused(path, Limits(max_seconds=2.5)) == "too_long"
    assert refused(path, Limits(max_bytes=1000)) == "too_large"
    assert refused(path, Limits(max_pixels=320 * 240 - 1)) == "too_many_pixels"
    assert probe(str(path), Limits(max_seconds=3)).frames == 30
    assert refused(path, Limits(max_frames=29)) == "too_many_frames"
    assert refused(path, Limits(max_frames=20, max_seconds=1.5)) == "too_long"
    assert probe(str(path), Limits(max_frames=30)).frames == 30


def test_a_minute_at_sixty_a_second_is_accepted_and_one_of_twice_that_is_not(tmp_path: Path) -> None:
    for rate, code in ((60, None), (120, "too_many_frames")):
        path = tmp_path / f"{rate}.mp4"
        clips.encode(path, [np.zeros((16, 16, 3), np.uint8)] * (60 * rate), rate=rate)
        if code:
            assert refused(path) == code
        else:
            assert probe(str(path)).frames == 3600


def test_a_portrait_clip_fits_where_a_landscape_one_does(tmp_path: Path) -> None:
    clips.scene(tmp_path / "a.mp4", width=240, height=320, frames=5)
    assert probe(str(tmp_path / "a.mp4"), Limits(max_pixels=320 * 240)).height == 320


def test_a_codec_outside_the_list_is_refused(tmp_path: Path) -> None:
    clips.scene(tmp_path / "a.mkv", frames=5, codec="ffv1")
    assert refused(tmp_path / "a.mkv") == "unknown_codec"


def test_an_absurd_frame_rate_is_refused_and_a_low_one_is_none(tmp_path: Path) -> None:
    pictures = [clips.background(64, 64)] * 4
    clips.encode(tmp_path / "slow.mkv", pictures, times=[0, 10, 20, 30])
    clips.encode(tmp_path / "fast.mkv", pictures * 2, times=[n / 1000 for n in range(8)])
    assert probe(str(tmp_path / "slow.mkv")).frame_rate == pytest.approx(0.1)
    assert refused(tmp_path / "slow.mkv", Limits(max_seconds=20)) == "too_long"
    assert refused(tmp_path / "fast.mkv") == "bad_frame_rate"


def test_a_track_without_pictures_is_refused(tmp_path: Path) -> None:
    """An MP4 whose sample tables were emptied: the track is there, but nothing is in it."""
    clips.scene(tmp_path / "a.mp4", frames=3)
    data = bytearray((tmp_path / "a.mp4").read_bytes())
    for kind, offset in ((b"stsz", 12), (b"stts", 8), (b"stsc", 8), (b"stco", 8), (b"ctts", 8), (b"stss", 8)):
        position = data.find(kind)
        if position >= 0:
            data[position + offset - 4 + 4 : position + offset + 4] = struct.pack(">I", 0)
    (tmp_path / "a.mp4").write_bytes(bytes(data))
    assert refused(tmp_path / "a.mp4") in {"no_frames", "no_video_stream"}


@pytest.mark.parametrize(
    ("size", "scaled"),
    [
        ((1536, 1536), None),
        ((1600, 1200), None),
        ((1088, 1920), None),
        ((2560, 1440), (2064, 1160)),
        ((2560, 1920), (1788, 1340)),
        ((3840, 2160), (2064, 1160)),
    ],
)
def test_sizes_are_counted_in_pixels_and_larger_pictures_scaled_down(
    tmp_path: Path, size: tuple[int, int], scaled: tuple[int, int] | None
) -> None:
    path = tmp_path / "a.mp4"
    drawn.draw(path, 3, size=size, options={"preset": "ultrafast"})
    facts = probe(str(path))
    assert (facts.width, facts.height) == (scaled or size)
    assert facts.scaled_from == (size if scaled else None)
    assert drawn.numbers(path, Limits()) == [0, 1, 2]
    assert [decoded.rgb().shape[:2][::-1] for decoded in decode(str(path), Limits())] == [scaled or size] * 3
    if scaled:
        assert refused(path, Limits(max_pixels=2_400_000)) == "too_many_pixels"


def test_a_large_portrait_is_turned_before_it_is_measured(tmp_path: Path) -> None:
    drawn.draw(tmp_path / "a.mp4", 3, size=(1920, 1440), rotation=90)
    facts = probe(str(tmp_path / "a.mp4"), Limits(rendition_pixels=300 * 400))
    assert (facts.width, facts.height, facts.scaled_from) == (300, 400, (1440, 1920))
    (first, *_) = decode(str(tmp_path / "a.mp4"), Limits(rendition_pixels=300 * 400))
    assert first.picture().luma.shape == (400, 300)


Wanted = tuple[str, int, int, int]
"""A codec, a width, how many pictures, and the disposition of the stream."""
PLAIN, DEFAULT, COVER = (
    each.value for each in (Disposition(0), Disposition.default, Disposition.attached_pic)
)


def write_two(path: Path, *wanted: Wanted) -> None:
    """A file with these video streams."""
    with av.open(str(path), "w") as container:
        streams = []
        for codec, width, _, disposition in wanted:
            stream = container.add_stream(codec, rate=10)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height = width, width * 9 // 16
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.disposition = Disposition(disposition)
            streams.append(stream)
        for stream, (_, _, count, _) in zip(streams, wanted, strict=True):
            for number in range(count):
                frame = av.VideoFrame.from_ndarray(drawn.numbered(number, stream.width, stream.height))
                frame.pts, frame.time_base = number, Fraction(1, 10)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())


def test_a_cover_picture_is_never_the_clip(tmp_path: Path) -> None:
    write_two(tmp_path / "flagged.mp4", ("mjpeg", 640, 1, COVER), ("libx264", 320, 12, PLAIN))
    write_two(tmp_path / "unflagged.mkv", ("mjpeg", 640, 1, PLAIN), ("libx264", 320, 12, PLAIN))
    flagged, unflagged = (probe(str(tmp_path / name)) for name in ("flagged.mp4", "unflagged.mkv"))
    assert (flagged.width, flagged.frames, flagged.cover_pictures, flagged.other_streams) == (320, 12, 1, 0)
    assert (unflagged.width, unflagged.frames, unflagged.cover_pictures, unflagged.other_streams) == (
        320,
        12,
        0,
        1,
    )


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_of_two_lenses_the_default_one_is_the_clip_and_else_the_larger(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    write_two(path, ("libx264", 640, 12, PLAIN), ("libx264", 320, 12, DEFAULT))
    assert (probe(str(path)).width, probe(str(path)).other_streams) == (320, 1)
    write_two(path, ("libx264", 320, 12, DEFAULT), ("libx264", 640, 12, DEFAULT))
    assert probe(str(path)).width == 640
    assert len(drawn.numbers(path)) == 12


@pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.ts", "fragmented.mp4"])
def test_what_decodes_of_a_cut_file_is_taken_where_it_is_allowed(tmp_path: Path, name: str) -> None:
    path, allowed = tmp_path / name, Limits(accept_partial=True)
    options = {"movflags": "frag_keyframe+empty_moov"} if name == "fragmented.mp4" else None
    drawn.draw(path, 60, rate=30, options={"g": "12", "bf": "2"}, container_options=options)
    whole = path.read_bytes()
    assert not probe(str(path), allowed).partial
    path.write_bytes(whole[: len(whole) * 6 // 10])
    facts = probe(str(path), allowed)
    found = drawn.numbers(path, allowed)
    # The last picture of all may be there without those that are shown before it.
    assert found == sorted(set(found))
    assert found[:-2] == list(range(len(found) - 2))
    assert 6 <= facts.frames == len(found) < 60
    assert facts.partial or name == "a.ts"  # a transport stream has no length: its end may be anywhere
    ranges = Ranges(str(path), allowed, len(found))
    assert [drawn.number_of(each.rgb()) for each in ranges.between(3, 5)] == [3, 4, 5]


def test_damage_in_the_middle_costs_its_pictures_only(tmp_path: Path) -> None:
    path, allowed = tmp_path / "a.mp4", Limits(accept_partial=True)
    drawn.draw(path, 60, rate=30, options={"g": "12", "bf": "0"})
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
        place, size = packets[keys[2]].pos or 0, packets[keys[2]].size
        data[place : place + size] = bytes(size)
    path.write_bytes(bytes(data))
    facts, found = probe(str(path), allowed), drawn.numbers(path, allowed)
    assert facts.partial
    assert facts.frames + facts.undecodable == 60
    assert facts.frames == len(found)
    assert {*range(keys[2]), *range(keys[3], 60)} <= set(found)


def test_a_start_that_does_not_decode_is_left_out(tmp_path: Path) -> None:
    path, allowed = tmp_path / "a.ts", Limits(accept_partial=True)
    drawn.draw(path, 60, rate=30, options={"g": "12", "bf": "0"})
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    second = next(packet.pos for packet in packets[1:] if packet.is_keyframe) or 0
    data = path.read_bytes()
    noise = np.random.default_rng(3).bytes(100)
    path.write_bytes(
        b"".join(
            data[at : at + 20] + noise + data[at + 120 : at + 188]
            if 188 * 4 < at < second
            else data[at : at + 188]
            for at in range(0, len(data), 188)
        )
    )
    facts, found = probe(str(path), allowed), drawn.numbers(path, allowed)
    assert facts.partial
    assert facts.frames == len(found)
    assert set(range(24, 60)) <= set(found)


def test_a_bare_stream_says_nothing_of_time_and_is_believed_nothing(tmp_path: Path) -> None:
    drawn.draw(tmp_path / "a.h264", 30, rate=10, options={"bf": "2"})
    assert refused(tmp_path / "a.h264") == "rate_unknown"
    for rate in (12.5, 29.97):
        facts = probe(str(tmp_path / "a.h264"), Limits(frame_rate=rate))
        assert facts.frame_rate == pytest.approx(rate)
        assert facts.duration == pytest.approx(30 / rate, abs=1e-4)
    assert drawn.numbers(tmp_path / "a.h264", Limits(frame_rate=10)) == list(range(30))


def test_a_stamp_that_falls_is_corrected_alone_and_frames_keep_their_numbers(tmp_path: Path) -> None:
    stamps = [*range(20), 3, *range(21, 30), *range(90, 120)]
    drawn.ivf(tmp_path / "a.ivf", stamps)
    facts = probe(str(tmp_path / "a.ivf"))
    assert (facts.frames, facts.constant_rate) == (60, False)
    assert facts.duration == pytest.approx(4, abs=0.1)
    assert drawn.numbers(tmp_path / "a.ivf") == list(range(60))
    ranges = Ranges(str(tmp_path / "a.ivf"), Limits(), 60)
    assert [drawn.number_of(each.rgb()) for each in ranges.between(18, 24)] == list(range(18, 25))

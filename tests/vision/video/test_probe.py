"""What a file is, or why it is not accepted."""

import os
import struct
from pathlib import Path

import av
import numpy as np
import pytest

from annotations.vision.errors import VideoError
from annotations.vision.video import Limits, probe
from tests.vision import clips


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
    assert refused(path, Limits(max_width=300, max_height=300)) == "too_many_pixels"
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
    assert probe(str(tmp_path / "a.mp4"), Limits(max_width=320, max_height=240)).height == 320


def test_a_codec_outside_the_list_is_refused(tmp_path: Path) -> None:
    clips.scene(tmp_path / "a.mkv", frames=5, codec="ffv1")
    assert refused(tmp_path / "a.mkv") == "unknown_codec"


def test_an_absurd_frame_rate_is_refused(tmp_path: Path) -> None:
    pictures = [clips.background(64, 64)] * 4
    clips.encode(tmp_path / "slow.mkv", pictures, times=[0, 10, 20, 30])
    clips.encode(tmp_path / "fast.mkv", pictures * 2, times=[n / 1000 for n in range(8)])
    assert refused(tmp_path / "slow.mkv") == "bad_frame_rate"
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

"""Frames of a clip, in order and by number."""

from pathlib import Path

import numpy as np
import pytest

from annotations.vision.errors import VideoError
from annotations.vision.video import Limits, decode, probe, read_frames, thumbnail
from tests.vision import clips


def test_decoding_stops_at_the_limit_whatever_the_packets_announced(tmp_path: Path) -> None:
    clips.scene(tmp_path / "a.mp4", frames=10)
    with pytest.raises(VideoError) as caught:
        list(decode(str(tmp_path / "a.mp4"), Limits(max_frames=9)))
    assert caught.value.code == "too_many_frames"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation_is_applied(tmp_path: Path, degrees: int) -> None:
    picture = clips.background(160, 96)
    picture[:48, :80] = (250, 30, 30)
    clips.encode(tmp_path / "a.mp4", [picture] * 3, rotation=degrees)
    facts = probe(str(tmp_path / "a.mp4"))
    decoded = next(decode(str(tmp_path / "a.mp4"), Limits()))
    shown = decoded.rgb()
    expected = np.rot90(picture, facts.rotation // 90)
    assert (facts.width, facts.height) == (expected.shape[1], expected.shape[0])
    assert facts.rotation in {degrees, 360 - degrees}
    assert np.abs(shown.astype(int) - expected).mean() < 8
    planes = decoded.picture()
    assert (planes.width, planes.height) == (facts.width, facts.height)


def test_frames_are_read_by_number(tmp_path: Path) -> None:
    pictures = [np.full((48, 64, 3), level, np.uint8) for level in range(0, 250, 25)]
    clips.encode(tmp_path / "a.mp4", pictures)
    found = read_frames(str(tmp_path / "a.mp4"), [2, 7, 99])
    assert sorted(found) == [2, 7]
    assert abs(int(found[7].mean()) - 175) < 6
    assert thumbnail(str(tmp_path / "a.mp4"), 3, width=32)[:2] == b"\xff\xd8"

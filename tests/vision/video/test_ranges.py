"""Frames by their numbers are the frames that decoding from the start gives."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotations.vision.errors import VideoError
from annotations.vision.limits import ANY_SIZE
from annotations.vision.video.decode import decode
from annotations.vision.video.ranges import Ranges
from tests.vision import clips

ENCODINGS: dict[str, dict[str, Any]] = {
    "a.mp4": {},
    "open.mp4": {"options": {"g": "12", "bf": "3", "x264-params": "open-gop=1:scenecut=0"}},
    "one-group.mp4": {"options": {"g": "600"}},
    "variable.mp4": {"times": [n / 15 + (0.02 if n % 3 else 0) for n in range(70)], "options": {"g": "10"}},
    "a.mkv": {"options": {"g": "10", "bf": "2"}},
    "a.ts": {"options": {"g": "10", "bf": "2"}},
    "a.avi": {"codec": "mpeg4"},
    "turned.mp4": {"rotation": 90, "options": {"g": "8"}},
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_stretch_is_what_decoding_everything_gives(name: str, tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "plain.mp4", frames=70, people=[clips.walking(40, 120, 60, 3)])
    path = tmp_path / name
    clips.encode(path, made.pictures, **ENCODINGS[name])
    whole = [frame.picture() for frame in decode(str(path), ANY_SIZE)]
    ranges = Ranges(str(path), ANY_SIZE, len(whole))
    for first, last in ((0, 0), (0, 20), (9, 12), (33, 47), (len(whole) - 1, len(whole) - 1)):
        found = list(ranges.between(first, last))
        assert [frame.index for frame in found] == list(range(first, last + 1))
        for frame in found:
            for plane, expected in zip(frame.picture().planes, whole[frame.index].planes, strict=True):
                assert np.array_equal(plane, expected)


def test_frames_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    made = clips.scene(tmp_path / "a.mp4", frames=20)
    with pytest.raises(VideoError):
        list(Ranges(str(made.path), ANY_SIZE, 30).between(15, 25))

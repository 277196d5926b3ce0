"""Frames of a clip, in order and by number."""

from pathlib import Path

import numpy as np
import pytest

from annotations.vision.errors import VideoError
from annotations.vision.video import Limits, decode, probe, read_frames, thumbnail
from tests.vision import clips

CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]
"""Row and column of the quarters of a picture."""
TURNS = [(1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0)]
"""a, b, c, d of a display matrix by quarter turns counter-clockwise (y downwards)."""


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


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("kind", ["mp4", "mov"])
def test_each_of_the_eight_orientations_is_shown_as_the_matrix_says(
    tmp_path: Path, kind: str, turns: int, mirrored: bool
) -> None:
    """Each corner of the stored picture has a level of its own, and is sent through the matrix by hand."""
    picture = np.zeros((96, 160, 3), np.uint8)
    for (row, column), level in zip(CORNERS, (40, 100, 160, 220), strict=True):
        picture[row * 48 : row * 48 + 48, column * 80 : column * 80 + 80] = level
    a, b, c, d = TURNS[turns]
    if mirrored:
        a, c = -a, -c
    path = str(tmp_path / f"a.{kind}")
    clips.encode(Path(path), [picture] * 3, matrix=(a, b, c, d))
    facts = probe(path)
    assert (facts.rotation, facts.mirrored) == (turns * 90, mirrored)
    decoded = next(decode(path, Limits()))
    for shown in (decoded.rgb()[:, :, 0], decoded.picture().luma, decoded.compact().picture().luma):
        height, width = shown.shape
        assert (width, height) == (facts.width, facts.height) == ((160, 96) if turns % 2 == 0 else (96, 160))
        levels = []
        for row, column in CORNERS:
            x, y = 2 * column - 1, 2 * row - 1  # from the middle of the picture
            across, down = a * x + c * y, b * x + d * y
            levels.append(
                int(
                    shown[
                        height // 4 if down < 0 else -height // 4, width // 4 if across < 0 else -width // 4
                    ]
                )
            )
        assert levels == sorted(levels)
        assert levels[-1] - levels[0] > 100


def test_a_matrix_that_is_nothing_leaves_the_picture_as_it_is(tmp_path: Path) -> None:
    clips.encode(tmp_path / "a.mp4", [clips.background(64, 48)] * 2, matrix=(0, 0, 0, 0))
    facts = probe(str(tmp_path / "a.mp4"))
    assert (facts.rotation, facts.mirrored, facts.width) == (0, False, 64)


def test_frames_are_read_by_number(tmp_path: Path) -> None:
    pictures = [np.full((48, 64, 3), level, np.uint8) for level in range(0, 250, 25)]
    clips.encode(tmp_path / "a.mp4", pictures)
    found = read_frames(str(tmp_path / "a.mp4"), [2, 7, 99])
    assert sorted(found) == [2, 7]
    assert abs(int(found[7].mean()) - 175) < 6
    assert thumbnail(str(tmp_path / "a.mp4"), 3, width=32)[:2] == b"\xff\xd8"

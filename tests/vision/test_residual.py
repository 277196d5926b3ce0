"""What the check of a rendition sees: pictures that go to the encoder, and what came out of it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from av.video.frame import VideoFrame

from annotations.vision.boxes import Box
from annotations.vision.faces import CenterFace
from annotations.vision.report import ResidualReport
from annotations.vision.residual import CHECKS_PER_CODED_ONE, ResidualCheck
from annotations.vision.video.encode import KEY_FRAME_INTERVAL, Encoder, StreamFormat
from annotations.vision.video.picture import Picture
from annotations.vision.video.source import Geometry
from tests.vision import clips

WIDTH, HEIGHT, RATE = 320, 240, 10
EMPTY = clips.background(WIDTH, HEIGHT)
KEYS = range(0, 7 * KEY_FRAME_INTERVAL, KEY_FRAME_INTERVAL)


@pytest.fixture(scope="module")
def detector() -> CenterFace:
    return CenterFace()


class Faced(NamedTuple):
    """The picture of an empty room with a head in it, and its face box."""

    picture: clips.Rgb
    face: Box


@pytest.fixture(scope="module")
def faced() -> Faced:
    picture = EMPTY.copy()
    return Faced(picture, clips.paste_head(picture, 160, 110, 60))


def test_faces_are_found_in_coded_key_frames(tmp_path: Path, detector: CenterFace, faced: Faced) -> None:
    report = checked(tmp_path, detector, given=None, coded=[faced.picture] * len(KEYS))
    assert report["checked_frames"] == len(KEYS)
    # Afterwards nothing changes any more.
    assert [face["frame"] for face in report["exposed"]] == [0]


def test_what_lies_inside_a_hidden_region_is_not_exposed(
    tmp_path: Path, detector: CenterFace, faced: Faced
) -> None:
    hidden = {key: [faced.face] for key in KEYS}
    assert checked(tmp_path, detector, given=None, coded=[faced.picture] * 7, hidden=hidden)["exposed"] == []


@pytest.mark.parametrize("seen_first", [1, CHECKS_PER_CODED_ONE - 1])
def test_a_picture_with_a_face_is_found_before_it_is_coded(
    tmp_path: Path, detector: CenterFace, faced: Faced, seen_first: int
) -> None:
    given = [EMPTY] * seen_first + [faced.picture] + [EMPTY] * (len(KEYS) - seen_first - 1)
    report = checked(tmp_path, detector, given=given, coded=[EMPTY] * len(KEYS))
    assert report["checked_frames"] == len(KEYS)
    assert [face["frame"] for face in report["exposed"]] == [KEYS[seen_first]]


@pytest.mark.parametrize("proof", [0, CHECKS_PER_CODED_ONE])
def test_a_coded_picture_that_is_not_what_was_given_is_found_now_and_then(
    tmp_path: Path, detector: CenterFace, faced: Faced, proof: int
) -> None:
    coded = [EMPTY] * proof + [faced.picture] + [EMPTY] * (len(KEYS) - proof - 1)
    report = checked(tmp_path, detector, given=[EMPTY] * len(KEYS), coded=coded)
    assert [face["frame"] for face in report["exposed"]] == [KEYS[proof]]


def checked(
    tmp_path: Path,
    detector: CenterFace,
    *,
    given: Sequence[clips.Rgb] | None,
    coded: Sequence[clips.Rgb],
    hidden: Mapping[int, Sequence[Box]] | None = None,
) -> ResidualReport:
    """The report on key frames that are given (or not) and then coded like these."""
    with ThreadPoolExecutor(1) as pool:
        check = ResidualCheck(detector, pool, hidden or {}, RATE)
        form = StreamFormat(WIDTH, HEIGHT, Fraction(RATE))
        encoder = Encoder(str(tmp_path / "out.mp4"), form, threads=1, on_key_frame=check.add_coded)
        for index in range(KEYS[-1] + 1):
            group = index // KEY_FRAME_INTERVAL
            if given:
                check.add(index, picture_of(given[group]).frame)
            encoder.write(picture_of(coded[group]))
        encoder.close()
        return check.report()


def picture_of(pixels: clips.Rgb) -> Picture:
    frame = VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
    return Picture.from_frame(frame, Geometry(WIDTH, HEIGHT, 0))

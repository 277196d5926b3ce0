"""What the check of a rendition sees: pictures that go to the encoder, and what came out of it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from av.video.frame import VideoFrame

from annotations.vision.boxes import Box
from annotations.vision.faces import CenterFace, Face, FaceDetector, RgbPicture, working_size
from annotations.vision.glances import OTHERS
from annotations.vision.orientation import WARPS
from annotations.vision.report import ResidualReport
from annotations.vision.residual import (
    CHECKS_PER_CODED_ONE,
    GLANCES_A_CHECK,
    THOROUGH_CHECKS,
    ResidualCheck,
)
from annotations.vision.second_opinion import Opinion
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


def test_a_face_on_its_head_in_every_picture_is_found_when_its_turn_comes(
    tmp_path: Path, detector: CenterFace, faced: Faced
) -> None:
    """Each check tries one turn beside upright ones; what moves is checked in all of them one after another."""
    given = [
        np.ascontiguousarray(np.roll(faced.picture, 40 * number, axis=1)[::-1, ::-1])
        for number in range(len(KEYS))
    ]
    exposed = checked(tmp_path, detector, given=given, coded=given)["exposed"]
    assert KEYS[WARPS.index(4)] in [face["frame"] for face in exposed]


def test_what_is_too_dark_for_the_detector_is_enhanced_before(
    tmp_path: Path, detector: CenterFace, faced: Faced
) -> None:
    """As whoever brightens a rendition sees it."""
    random = np.random.default_rng(3)
    given = [
        np.clip(np.round(faced.picture * 0.05 + random.normal(0, 1.5, EMPTY.shape)), 0, 255).astype(np.uint8)
        for _ in KEYS
    ]
    report = checked(tmp_path, detector, given=given, coded=given)
    assert report["exposed"]
    hidden = {key: [faced.face] for key in KEYS}
    assert checked(tmp_path, detector, given=given, coded=given, hidden=hidden)["exposed"] == []


def test_what_is_too_dark_for_anybody_is_not_verified_by_silence(
    tmp_path: Path, detector: CenterFace, faced: Faced
) -> None:
    random = np.random.default_rng(3)
    given = [
        np.clip(faced.picture * 0.015 + random.normal(0, 0.7, EMPTY.shape), 0, 255).astype(np.uint8)
        for _ in KEYS
    ]
    dark = checked(tmp_path, Nobody(), given=given, coded=given)
    assert (dark["exposed"], dark["unjudgeable"]) == ([], "too_dark")
    later = [faced.picture, *given[1:]]
    assert checked(tmp_path, Nobody(), given=later, coded=later)["unjudgeable"] == ""


class Nobody:
    """A detector that finds nothing."""

    name, sha256, step = "nobody", "0" * 64, 32

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        return []


class Other:
    """CenterFace under another name: a model that has its own view."""

    sha256 = "1" * 64

    def __init__(self, detector: CenterFace, name: str = "other") -> None:
        self.name = name
        self._detector = detector

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        return self._detector.detect(picture, threshold)


def test_what_only_the_second_opinion_sees_is_evidence(
    tmp_path: Path, detector: CenterFace, faced: Faced
) -> None:
    opinions = [Opinion(Other(detector), 0.6), Opinion(Other(detector, "third"), 0.6)]
    seen = [faced.picture] + [EMPTY] * (len(KEYS) - 1)
    report = checked(tmp_path, Nobody(), given=seen, coded=seen, opinions=opinions)
    assert report["exposed"] == []
    assert {(each["frame"], each["model"]) for each in report["evidence"]} == {(0, "other"), (0, "third")}
    alone = checked(tmp_path, Nobody(), given=seen, coded=seen, opinions=opinions[:1])
    assert alone["evidence"] == [], "one model, on one picture of several"


def test_what_the_second_opinion_sees_in_hidden_regions_is_no_evidence(
    tmp_path: Path, detector: CenterFace, faced: Faced
) -> None:
    opinions = [Opinion(Other(detector), 0.6), Opinion(Other(detector, "third"), 0.6)]
    report = checked(
        tmp_path,
        Nobody(),
        given=None,
        coded=[faced.picture] * len(KEYS),
        hidden={key: [faced.face] for key in KEYS},
        opinions=opinions,
    )
    assert report["evidence"] == []


class SeesGreen:
    """Takes what is green for a face, in every glance but that at the whole picture."""

    name, sha256 = "sees green", "2" * 64

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        self.asked += 1
        colours = picture.astype(int)
        rows, columns = np.nonzero(colours[:, :, 1] - colours[:, :, [0, 2]].max(axis=2) > 120)
        if not len(rows) or picture.shape[1::-1] == working_size(WIDTH, HEIGHT, Nobody.step):
            return []
        left, top = float(columns.min()), float(rows.min())
        return [Face((left, top, float(columns.max()) - left, float(rows.max()) - top), 0.9)]


@pytest.mark.parametrize(
    ("place", "counts"), [((225, 160), False), ((30, 200), True)], ids=["beside", "elsewhere"]
)
def test_what_is_seen_only_enlarged_or_turned_counts_away_from_hidden_heads(
    tmp_path: Path, faced: Faced, place: tuple[int, int], counts: bool
) -> None:
    """Beside them are hands."""
    picture = faced.picture.copy()
    x, y = place
    picture[y - 15 : y + 15, x - 15 : x + 15] = (0, 220, 0)
    report = checked(
        tmp_path,
        Nobody(),
        given=None,
        coded=[picture] * len(KEYS),
        hidden={key: [faced.face] for key in KEYS},
        opinions=[Opinion(SeesGreen(), 0.5, closely=True)],
    )
    assert bool(report["evidence"]) == counts


def test_later_pictures_get_a_few_glance_where_no_hidden_head_explains_the_change(
    tmp_path: Path, faced: Faced
) -> None:
    walking = [np.roll(faced.picture, 16 * number, axis=1) for number in range(len(KEYS))]
    x, y, width, height = faced.face
    hidden = {key: [(x + 16 * number, y, width, height)] for number, key in enumerate(KEYS)}
    asked = []
    for known in (hidden, {}):
        model = SeesGreen()
        opinions = [Opinion(model, 0.5, closely=True)]
        checked(tmp_path, Nobody(), given=walking, coded=walking, hidden=known, opinions=opinions)
        asked.append(model.asked)
    thorough = THOROUGH_CHECKS * (1 + len(OTHERS))
    later = len(KEYS) - THOROUGH_CHECKS
    assert asked == [thorough + later, thorough + later * (1 + GLANCES_A_CHECK)]


def checked(
    tmp_path: Path,
    detector: FaceDetector,
    *,
    given: Sequence[clips.Rgb] | None,
    coded: Sequence[clips.Rgb],
    hidden: Mapping[int, Sequence[Box]] | None = None,
    opinions: Sequence[Opinion] = (),
) -> ResidualReport:
    """The report on key frames that are given (or not) and then coded like these."""
    with ThreadPoolExecutor(1) as pool:
        check = ResidualCheck(detector, pool, hidden or {}, RATE, opinions)
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

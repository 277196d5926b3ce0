"""What is too dark, or too blurred, for anybody to say that nobody is there."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from annotations.vision.change_detection import RegionOfInterest
from annotations.vision.judging import Visibility, unjudgeable, visibility_of
from tests.vision import clips

WIDTH, HEIGHT = 480, 288
INNER = (0, 0, WIDTH, HEIGHT)
WHOLE = RegionOfInterest(INNER, INNER)

DARK, BLURRED, CLEAR, FLAT = (
    Visibility(3.0, 0.3),
    Visibility(90.0, 0.03),
    Visibility(90.0, 0.3),
    Visibility(None, None),
)


def luma_of(picture: clips.Rgb) -> NDArray[np.uint8]:
    """In limited range, as decoders give it."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.round(16 + grey * 219 / 255).astype(np.uint8)


@pytest.fixture(scope="module")
def room() -> clips.Rgb:
    """With somebody in it."""
    picture = clips.background(WIDTH, HEIGHT).copy()
    clips.paste_head(picture, 240, 140, 60)
    return picture


def test_a_picture_in_focus_is_sharp_and_one_out_of_focus_is_not(room: clips.Rgb) -> None:
    assert unjudgeable([visibility_of(luma_of(room), [WHOLE])]) == ""
    for sigma, reason in ((1.5, ""), (12, "too_blurred")):
        blurred = np.asarray(cv2.GaussianBlur(room, (0, 0), sigma), np.uint8)
        assert unjudgeable([visibility_of(luma_of(blurred), [WHOLE])]) == reason


def test_noise_in_the_dark_is_not_sharpness_to_judge_by(room: clips.Rgb) -> None:
    noise = np.random.default_rng(1).normal(0, 1, room.shape)
    dark = np.clip(room * 0.03 + noise, 0, 255).astype(np.uint8)
    assert unjudgeable([visibility_of(luma_of(dark), [WHOLE])]) == "too_dark"


def test_the_borders_of_hidden_regions_are_not_sharpness_to_judge_by(room: clips.Rgb) -> None:
    luma = luma_of(np.asarray(cv2.GaussianBlur(room, (0, 0), 12), np.uint8))
    shown = np.ones(luma.shape, bool)
    for left in range(40, 400, 90):
        luma[100:160, left : left + 50] = 120
        shown[90:170, left - 10 : left + 60] = False
    assert unjudgeable([visibility_of(luma, [WHOLE])]) == ""
    assert unjudgeable([visibility_of(luma, [WHOLE], shown)]) == "too_blurred"
    assert unjudgeable([visibility_of(luma, [WHOLE], np.zeros(luma.shape, bool))]) == ""


def test_what_changed_is_judged_not_the_dark_around_it() -> None:
    luma = np.full((HEIGHT, WIDTH), 17, np.uint8)
    luma[64:128, 64:128] = 120
    lit, unlit = ((left, 64, 64, 64) for left in (64, 256))
    bright, dark = (RegionOfInterest(inner, inner) for inner in (lit, unlit))
    mean = (120 - 16) * 255 / 219
    assert visibility_of(luma, [bright]).brightness == pytest.approx(mean)
    assert visibility_of(luma, [dark]).brightness == pytest.approx(0, abs=2)
    assert visibility_of(luma, [bright, dark]).brightness == pytest.approx(mean / 2, abs=1)


@pytest.mark.parametrize("level", [16, 90, 235])
def test_a_picture_of_one_colour_shows_nothing_to_judge(level: int) -> None:
    assert unjudgeable([visibility_of(np.full((HEIGHT, WIDTH), level, np.uint8), [WHOLE])]) == ""


@pytest.mark.parametrize("size", [(1, 1), (2, 40), (32, 32)])
def test_pictures_of_any_size_can_be_measured(size: tuple[int, int]) -> None:
    inner = (0, 0, size[1], size[0])
    luma = np.random.default_rng(1).integers(16, 235, size).astype(np.uint8)
    assert unjudgeable([visibility_of(luma, [RegionOfInterest(inner, inner)])]) == ""


@pytest.mark.parametrize(
    ("visibilities", "reason"),
    [
        ([], ""),
        ([CLEAR], ""),
        ([FLAT], ""),
        ([DARK, DARK], "too_dark"),
        ([DARK, CLEAR], ""),
        ([BLURRED, BLURRED], "too_blurred"),
        ([BLURRED, FLAT], "too_blurred"),
        ([DARK, FLAT], "too_dark"),
        ([BLURRED, DARK], ""),
    ],
)
def test_a_clip_is_judged_if_one_of_the_pictures_that_show_anything_can_be(
    visibilities: list[Visibility], reason: str
) -> None:
    assert unjudgeable(visibilities) == reason

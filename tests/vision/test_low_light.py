"""What is too dark to be searched as it is, and what it is made into."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from annotations.vision.boxes import covered
from annotations.vision.faces import CenterFace, RgbPicture
from annotations.vision.low_light import DARK, TARGET, Enhancement, brightness, enhancement_for, where_still
from annotations.vision.obscure import hidden_mask
from tests.vision import clips


def evenly(level: float) -> NDArray[np.uint8]:
    """The luma, in limited range, of a picture that is as bright as this everywhere (0 to 255)."""
    return np.full((48, 64), round(16 + level * 219 / 255), np.uint8)


@pytest.mark.parametrize(("luma", "expected"), [(0, 0), (16, 0), (126, 128), (235, 255)])
def test_brightness_is_counted_from_black_to_white(luma: int, expected: int) -> None:
    assert brightness(np.full((48, 64), luma, np.uint8)) == pytest.approx(expected, abs=1)


def test_a_lamp_lights_no_room_and_a_dark_half_makes_none_dark_but_its_mean() -> None:
    lamp = evenly(10)
    lamp[:24, :24] = 235
    assert lamp.mean() > 50
    assert brightness(lamp) == pytest.approx(10, abs=1)
    shadow = evenly(200)
    shadow[:20] = 16
    assert brightness(shadow) == pytest.approx(200 * 28 / 48, abs=1)


@given(st.floats(0, 255))
def test_curves_only_brighten_and_keep_the_order_black_and_white(level: float) -> None:
    enhancement = Enhancement(level)
    for curve in (enhancement.rgb, enhancement.luma):
        assert curve.shape == (256,)
        assert (curve[0], curve[255]) == (0, 255)
        assert all(darker <= lighter for darker, lighter in pairwise(curve.tolist()))
    assert (enhancement.rgb >= np.arange(256)).all()


@given(st.floats(8, DARK - 1))
def test_a_picture_of_the_brightness_that_a_curve_is_made_for_becomes_as_bright_as_is_wanted(
    level: float,
) -> None:
    enhancement = Enhancement(level)
    grey = np.full((4, 4, 3), round(level), np.uint8)
    steepness = 256 / level
    assert enhancement.picture([grey]).mean() == pytest.approx(TARGET, abs=steepness)
    # Luma that is compared and pictures in which faces are detected tell the same.
    assert enhancement.luma[evenly(level)].mean() == pytest.approx(TARGET, abs=steepness)


@given(st.floats(0, 255))
def test_only_dark_pictures_are_enhanced(level: float) -> None:
    luma = evenly(level)
    assert (enhancement_for(luma, None) is not None) == (brightness(luma) < DARK)


def test_an_enhancement_is_kept_while_the_light_is_about_the_same() -> None:
    first = enhancement_for(evenly(20), None)
    assert first is not None
    for level in (20, 27, 15, 20):
        assert enhancement_for(evenly(level), first) is first
    for level in (34, 12, 0):
        other = enhancement_for(evenly(level), first)
        assert other is not None
        assert other != first
    assert enhancement_for(evenly(120), first) is None


def test_light_about_the_limit_does_not_switch_it_on_and_off() -> None:
    enhancement = enhancement_for(evenly(DARK - 2), None)
    assert enhancement is not None
    assert enhancement_for(evenly(DARK + 6), enhancement) is enhancement
    assert enhancement_for(evenly(DARK + 6), None) is None


def test_three_noisy_pictures_have_less_noise_together() -> None:
    random = np.random.default_rng(5)
    pictures = [np.clip(random.normal(20, 6, (64, 64, 3)), 0, 255).astype(np.uint8) for _ in range(3)]
    enhancement = Enhancement(20)
    assert enhancement.is_noisy
    assert not Enhancement(40).is_noisy
    alone, together = enhancement.picture(pictures[:1]), enhancement.picture(pictures)
    assert together.std() < 0.75 * alone.std()
    assert np.array_equal(enhancement.picture([pictures[0]] * 3), alone)


def test_what_moves_is_not_smeared_over_the_pictures_that_are_taken_together() -> None:
    rng = np.random.default_rng(4)

    def noisy(x: int) -> NDArray[np.uint8]:
        picture = np.full((96, 128, 3), 12.0)
        picture[30:60, x : x + 30] = 32
        return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)

    before, now, after = noisy(20), noisy(40), noisy(60)
    near = [where_still(other, now) for other in (before, after)]
    mean = np.mean([now, *near], axis=0)
    assert abs(mean[30:60, 20:36].mean() - 12) < 1
    assert abs(mean[30:60, 44:66].mean() - 32) < 1
    assert mean[66:].std() < 0.7 * now[66:].std()


def test_a_face_in_the_dark_is_found_only_when_the_pictures_are_enhanced() -> None:
    room = clips.background(320, 224)
    face = clips.paste_head(room, 160, 110, 60)
    random = np.random.default_rng(1)
    dark: list[RgbPicture] = [
        np.clip(np.round(room * 0.03 + random.normal(0, 3, room.shape)), 0, 255).astype(np.uint8)
        for _ in range(3)
    ]
    luma = np.asarray(16 + cv2.cvtColor(dark[1], cv2.COLOR_RGB2GRAY) * (219 / 255), np.uint8)
    enhancement = enhancement_for(luma, None)
    assert enhancement is not None
    detector = CenterFace()
    assert detector.detect(dark[1], 0.15) == []
    (found,) = detector.detect(enhancement.picture(dark), 0.6)
    assert covered(face, hidden_mask([found.box], 320, 224)) > 0.95

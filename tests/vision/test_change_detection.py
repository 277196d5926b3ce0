"""Where one scene ends: cuts, cameras that move, and light that is switched on."""

import cv2
import numpy as np
import pytest

from annotations.vision.change_detection import Luma, is_scene_cut

WIDTH, HEIGHT = 112, 80


def scene(seed: int, side: int = 3 * WIDTH) -> Luma:
    """A place with as much contrast as a busy one has, larger than the picture that is taken of it."""
    noise = np.random.default_rng(seed).integers(0, 256, (side // 4, side // 4)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def seen(place: Luma, x: int, y: int) -> Luma:
    """What a camera that looks at this corner sees."""
    return place[y : y + HEIGHT, x : x + WIDTH]


@pytest.mark.parametrize("shift", [(0, 6), (-9, 0), (7, -5), (20, 12)])
def test_a_camera_that_moves_shows_the_same_scene(shift: tuple[int, int]) -> None:
    place = scene(1)
    before, after = seen(place, 100, 100), seen(place, 100 + shift[0], 100 + shift[1])
    assert cv2.absdiff(before, after).mean() > 22
    assert not is_scene_cut(before, after)


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_place_is_another_scene(seed: int) -> None:
    assert is_scene_cut(seen(scene(1), 100, 100), seen(scene(seed), 100, 100))


def test_so_is_a_part_of_the_same_place_that_was_not_in_the_picture() -> None:
    place = scene(1)
    assert is_scene_cut(seen(place, 0, 0), seen(place, WIDTH, HEIGHT))


@pytest.mark.parametrize("size", [(8, 8), (HEIGHT, WIDTH)])
def test_light_that_is_switched_on_begins_a_scene(size: tuple[int, int]) -> None:
    assert is_scene_cut(np.full(size, 20, np.uint8), np.full(size, 120, np.uint8))
    lit = np.asarray(scene(1)[: size[0], : size[1]], np.uint8)
    assert is_scene_cut(lit // 3, lit)


def test_a_still_picture_goes_on() -> None:
    picture = seen(scene(1), 100, 100)
    assert not is_scene_cut(picture, picture)

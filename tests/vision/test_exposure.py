"""Another exposure is no change of the picture; what happens in it is one."""

import numpy as np
import pytest

from annotations.vision.change_detection import BLACK, CHANGED, SAME_EXPOSURE, ChangeDetector, Luma

WIDTH, HEIGHT, STEP = 320, 192, 32
ROOM = np.random.default_rng(7).integers(60, 180, (HEIGHT // 4, WIDTH // 4)).astype(np.uint8)
"""As `coarse_luma` gives it."""


def exposed(coarse: Luma, factor: float) -> Luma:
    return np.clip((coarse.astype(float) - BLACK) * factor + BLACK, 0, 255).astype(np.uint8)


def with_somebody(coarse: Luma) -> Luma:
    picture = coarse.copy()
    picture[20:32, 40:50] = 255 - picture[20:32, 40:50]
    return picture


def room_seen() -> ChangeDetector:
    """A detector that has seen the room."""
    changes = ChangeDetector(WIDTH, HEIGHT, STEP)
    assert changes.regions(ROOM, []) == [changes.everything]
    return changes


@pytest.mark.parametrize("factor", [1 / SAME_EXPOSURE + 0.01, 0.9, 1.0, 1.1, SAME_EXPOSURE - 0.01])
def test_another_exposure_is_no_change(factor: float) -> None:
    assert room_seen().regions(exposed(ROOM, factor), []) == []


@pytest.mark.parametrize("factor", [1 / SAME_EXPOSURE - 0.02, SAME_EXPOSURE + 0.02])
def test_light_that_goes_on_or_out_is_one(factor: float) -> None:
    changes = room_seen()
    assert changes.regions(exposed(ROOM, factor), []) == [changes.everything]


def test_small_steps_of_exposure_add_up() -> None:
    """The reference stays what was searched, so light that rises slowly is noticed in the end."""
    changes = room_seen()
    found = [bool(changes.regions(exposed(ROOM, 1.03**step), [])) for step in range(1, 10)]
    assert found[:7] == [False] * 7
    assert any(found[7:])


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.2])
def test_whoever_comes_in_is_noticed_in_any_exposure_and_alone(factor: float) -> None:
    changes = room_seen()
    (region,) = changes.regions(exposed(with_somebody(ROOM), factor), [])
    assert region.owns((160, 80, 40, 48))
    assert region != changes.everything


def test_a_part_that_becomes_brighter_is_a_change() -> None:
    lit = ROOM.copy()
    lit[:, :20] = exposed(lit[:, :20], 1.2)
    (region,) = room_seen().regions(lit, [])
    assert region.inner[0] == 0
    assert region.inner[2] < WIDTH / 2


def test_where_slight_changes_count_exposure_does() -> None:
    changes = room_seen()
    assert changes.regions(exposed(ROOM, 1.1), [], CHANGED / 2) == [changes.everything]

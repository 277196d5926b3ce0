"""What a glance at a picture shows, and where what was seen in it lies."""

import numpy as np
import pytest

from annotations.vision.boxes import Box, centre, intersection
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.glances import OTHERS, WHOLE, Glance
from annotations.vision.orientation import TURNS

WIDTH, HEIGHT = 320, 192


def marked(x: int, y: int) -> RgbPicture:
    """A dark picture with a bright square of 16 pixels around a point."""
    picture = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
    picture[y - 8 : y + 8, x - 8 : x + 8] = 255
    return picture


def found(shown: RgbPicture) -> Face | None:
    """What is bright in a picture."""
    rows, columns = np.nonzero(shown[:, :, 0] > 200)
    if not len(rows):
        return None
    left, top = float(columns.min()), float(rows.min())
    return Face((left, top, float(columns.max()) + 1 - left, float(rows.max()) + 1 - top), 0.5)


def name(glance: Glance) -> str:
    return f"part {glance.part}, turn {glance.turn}, margin {glance.margin}"


@pytest.mark.parametrize("glance", [WHOLE, *OTHERS], ids=name)
@pytest.mark.parametrize("place", [(60, 50), (250, 60), (70, 140), (260, 150)])
def test_what_is_seen_in_a_glance_is_placed_where_it_is_in_the_picture(
    glance: Glance, place: tuple[int, int]
) -> None:
    picture = marked(*place)
    seen = found(glance.of(picture))
    if seen is not None:
        placed = glance.placed(seen, picture)
        # Heads that do not stand upright are taken to be raised within their ellipse.
        assert centre(placed.box) == pytest.approx(place, abs=4)


def test_a_head_lies_whole_in_one_part_wherever_it_is() -> None:
    """One of a tenth of the picture's sides and more."""
    parts = [glance._pixels(marked(60, 50)) for glance in OTHERS if glance.part != WHOLE.part]
    across, down = WIDTH / 6, HEIGHT / 6
    for x in range(0, int(WIDTH - across), 8):
        for y in range(0, int(HEIGHT - down), 8):
            head: Box = (float(x), float(y), across, down)
            assert any(intersection(part, head) == pytest.approx(across * down) for part in parts)


def test_every_turn_in_which_faces_are_sought_is_among_the_glances() -> None:
    assert {glance.turn for glance in (WHOLE, *OTHERS)} == set(TURNS)

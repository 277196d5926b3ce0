"""Heads by people's joints, in any orientation, and people whose heads are not seen."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, strategies as st

from annotations.vision.boxes import Box, centre, overlap
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.heads import LIKELY_PERSON, heads_in, whole
from annotations.vision.obscure import region
from annotations.vision.people import Person

PICTURE = np.zeros((192, 320, 3), np.uint8)
HEAD = Face((100.0, 40.0, 30.0, 30.0), 0.8)
BODY: Box = (80.0, 30.0, 70.0, 150.0)


def person(head: Face | None = HEAD, score: float = 0.7, box: Box = BODY) -> Person:
    return Person(box, score, (), head)


class Finding:
    """Finds these people, by the shape of the picture that it is given."""

    name, sha256 = "finding", "0" * 64

    def __init__(self, people: Mapping[tuple[int, ...], Sequence[Person]]) -> None:
        self._people = people
        self.asked: list[tuple[int, ...]] = []

    def people(self, picture: RgbPicture, threshold: float = 0.2) -> list[Person]:
        self.asked.append(picture.shape[:2])
        return list(self._people.get(picture.shape[:2], ()))


def heads(*people: Person) -> list[Face]:
    return heads_in(PICTURE, Finding({(192, 320): people}), [0])


def test_of_a_person_whose_head_is_seen_the_head_is_hidden() -> None:
    assert heads(person()) == [HEAD]
    assert heads(person(score=0.21)) == [HEAD], "however sure it is that there is a person"


def test_of_a_person_whose_head_is_not_seen_everything_is_hidden() -> None:
    assert heads(person(None)) == [whole(person(None))]


@pytest.mark.parametrize(("score", "hidden"), [(LIKELY_PERSON, 1), (LIKELY_PERSON - 0.01, 0)])
def test_what_is_hardly_a_person_is_not_hidden(score: float, hidden: int) -> None:
    assert len(heads(person(None, score))) == hidden


def test_nobody_has_no_head() -> None:
    assert heads() == []


def test_the_same_head_twice_is_one() -> None:
    weaker = Face((102.0, 41.0, 30.0, 30.0), 0.5)
    assert heads(person(weaker), person()) == [HEAD]


@given(st.floats(-50, 400), st.floats(-50, 400), st.floats(2, 400), st.floats(2, 400), st.floats(0, 6.2831))
def test_what_is_hidden_for_a_whole_person_holds_their_box(
    x: float, y: float, width: float, height: float, angle: float
) -> None:
    """A point on the border of the box, in any direction from its middle, lies inside the ellipse."""
    left, top, across, down = region(whole(person(None, box=(x, y, width, height))).box)
    cosine, sine = np.cos(angle), np.sin(angle)
    border = min(width / 2 / max(1e-9, abs(cosine)), height / 2 / max(1e-9, abs(sine)))
    point = x + width / 2 + border * cosine, y + height / 2 + border * sine
    away = (
        (point[0] - left - across / 2) / (across / 2),
        (point[1] - top - down / 2) / (down / 2),
    )
    assert np.hypot(*away) <= 1 + 1e-6


def test_a_head_in_a_turned_picture_is_where_it_lies() -> None:
    """Turned by a quarter the picture is higher than wide; what is at its top was at the right."""
    model = Finding({(320, 192): [person(Face((81.0, 11.0, 30.0, 30.0), 0.8))]})
    (found,) = heads_in(PICTURE, model, [0, 2])
    assert sorted(model.asked) == [(192, 320), (320, 192)]
    hidden = region(found.box)
    assert centre(hidden) == pytest.approx((320 - 11 - 15 + 0.08 * 30, 81 + 15), abs=1)


def test_only_the_orientations_that_are_asked_for_are_tried() -> None:
    model = Finding({})
    assert heads_in(PICTURE, model, [4]) == []
    assert model.asked == [(192, 320)]


def test_a_head_that_is_found_upright_and_upside_down_is_one() -> None:
    class Symmetric:
        """Finds the head in the middle, whatever is up."""

        name, sha256 = "symmetric", "0" * 64

        def people(self, picture: RgbPicture, threshold: float = 0.2) -> list[Person]:
            return [person(Face((145.0, 81.0, 30.0, 30.0), 0.8))]

    found = heads_in(PICTURE, Symmetric(), [0, 4])
    assert len(found) == 1
    assert overlap(found[0].box, (145.0, 81.0, 30.0, 30.0)) > 0.7

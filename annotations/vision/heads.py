"""Heads of people by their joints: from behind, masked, or half covered, where no detector of faces finds one."""

import math
from collections.abc import Iterable
from typing import Protocol

from annotations.vision.faces import Face, RgbPicture
from annotations.vision.obscure import HEIGHT_FACTOR, RAISED_BY, WIDTH_FACTOR
from annotations.vision.orientation import turned, turned_back
from annotations.vision.people import Person
from annotations.vision.region_detection import merged


class PeopleDetector(Protocol):
    """What the pass needs of a detector of people. `people` may be called from several threads at once."""

    name: str
    sha256: str

    def people(self, picture: RgbPicture, threshold: float = 0.2) -> list[Person]:
        """People of at least this score in a picture (height x width x 3, RGB, 0 to 255), strongest first."""


LEAST_PERSON = 0.1
"""Score from which the head of a person is taken for one: whether it is, its own score and its track decide."""
LIKELY_PERSON = 0.3
"""Score from which a person whose head is not seen is taken for one."""


def heads_in(
    picture: RgbPicture, detector: PeopleDetector, turns: Iterable[int], whole_persons: bool = False
) -> list[Face]:
    """The heads of people in a picture, in any of these orientations; whole people where their heads are not seen, or
    of all with `whole_persons`."""
    height, width = picture.shape[:2]
    return merged(
        [
            turned_back(head, quarter, width, height)
            for quarter in sorted(turns)
            for person in detector.people(turned(picture, quarter), LEAST_PERSON)
            if (head := _hidden_of(person, whole_persons)) is not None
        ]
    )


def _hidden_of(person: Person, whole_persons: bool) -> Face | None:
    """The box for which the head is hidden, or the whole person; None for what is hardly one."""
    if person.head is not None and not whole_persons:
        return person.head
    return whole(person) if person.score >= LIKELY_PERSON else None


def whole(person: Person) -> Face:
    """The box whose hidden region, an ellipse (`obscure.region`), holds the whole box of the person."""
    x, y, width, height = person.box
    across, down = width * math.sqrt(2) / WIDTH_FACTOR, height * math.sqrt(2) / HEIGHT_FACTOR
    middle_x, middle_y = x + width / 2, y + height / 2 + RAISED_BY * down
    return Face((middle_x - across / 2, middle_y - down / 2, across, down), person.score)

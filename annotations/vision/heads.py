"""Heads of people by their joints: from behind, masked, or half covered, where no detector of faces finds one."""

from collections.abc import Iterable
from typing import Protocol

from annotations.vision.faces import Face, RgbPicture
from annotations.vision.orientation import turned, turned_back
from annotations.vision.people import Person
from annotations.vision.region_detection import merged


class PeopleDetector(Protocol):
    """What the pass needs of a detector of people. `people` may be called from several threads at once."""

    name: str
    sha256: str

    def people(self, picture: RgbPicture, threshold: float = 0.2) -> list[Person]:
        """People of at least this score in a picture (height x width x 3, RGB, 0 to 255), strongest first."""


def heads_in(picture: RgbPicture, detector: PeopleDetector, turns: Iterable[int]) -> list[Face]:
    """The heads of people in a picture, in any of these orientations."""
    height, width = picture.shape[:2]
    return merged(
        [
            turned_back(person.head, quarter, width, height)
            for quarter in sorted(turns)
            for person in detector.people(turned(picture, quarter))
            if person.head is not None
        ]
    )

"""A second opinion on renditions: models of other families than the one that decides what is hidden.

A check by the model that decides shares its blindness. What these models see counts as evidence when
it lies in no hidden region and is seen again on a picture soon after, or by another model at once: a single detection
of one model is no reason to hold a clip (two of them were, in no ordinary clip).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from annotations.vision.boxes import distance
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.report import Evidence

SOON = 3
"""Pictures, of those that differ, within which evidence is to be seen again."""
SAME_EVIDENCE = 0.7
"""Sizes within which two models' boxes on one picture mean the same."""


class SecondModel(Protocol):
    """A model that has its own view. `detect` may be called from several threads at once."""

    name: str
    sha256: str

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        """Faces of at least this score in a picture (height x width x 3, RGB, 0 to 255)."""


@dataclass(frozen=True)
class Opinion:
    """A model and the score from which what it sees is evidence."""

    model: SecondModel
    threshold: float

    def on(self, picture: RgbPicture) -> list[tuple[str, Face]]:
        """The model's name with every face that it sees in a picture."""
        return [(self.model.name, face) for face in self.model.detect(picture, self.threshold)]


@dataclass(frozen=True)
class Uncovered:
    """What one model saw outside all hidden regions on frame `frame`, the picture number `check` of those that the
    models were asked about: where nothing changes, they are not asked again."""

    check: int
    frame: int
    model: str
    face: Face

    def confirms(self, other: "Uncovered") -> bool:
        """Whether this makes evidence of the other one."""
        if self.check == other.check:
            return self.model != other.model and distance(self.face.box, other.face.box) < SAME_EVIDENCE
        return abs(self.check - other.check) <= SOON

    def evidence(self) -> Evidence:
        """As it is reported."""
        box = [round(value, 1) for value in self.face.box]
        return Evidence(
            frame=self.frame, box=box, score=round(self.face.score, 4), model=self.model, kind="face"
        )


def confirmed(seen: Sequence[Uncovered], checks: int) -> list[Evidence]:
    """The evidence in what was seen on so many pictures. Of one picture alone, which may be all of a still clip, all
    is."""
    return [
        each.evidence()
        for each in seen
        if checks == 1 or any(other.confirms(each) for other in seen if other is not each)
    ]

"""A second opinion on renditions: models of other families than the one that decides what is hidden.

A check by the model that decides shares its blindness. What these models see counts as evidence when
it lies in no hidden region and is seen again: by another model or in another glance at once, or on a picture soon
after, unless that is the same glance at a thing that has not moved at all. A single detection is no reason to hold a
clip (two of them were, in no ordinary clip).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from annotations.vision.boxes import distance
from annotations.vision.faces import Face, RgbPicture
from annotations.vision.glances import OTHERS, WHOLE, Glance
from annotations.vision.report import Evidence

SOON = 3
"""Pictures, of those that differ, within which evidence is to be seen again."""
SAME_EVIDENCE = 0.7
"""Sizes within which two boxes on one picture mean the same."""
STILL = 0.02
"""Sizes by which what is seen again has moved at least if it is alive: things are seen just where they were."""


class SecondModel(Protocol):
    """A model that has its own view. `detect` may be called from several threads at once."""

    name: str
    sha256: str

    def detect(self, picture: RgbPicture, threshold: float) -> list[Face]:
        """Faces of at least this score in a picture (height x width x 3, RGB, 0 to 255)."""


@dataclass(frozen=True)
class Opinion:
    """A model and the score from which what it sees is evidence; `closely` where it takes other glances than those at
    whole pictures."""

    model: SecondModel
    threshold: float
    closely: bool = False

    def on(self, picture: RgbPicture, glance: Glance = WHOLE) -> list["Noticed"]:
        """Every face that the model sees in a glance at a picture, in pixels of the picture."""
        faces = self.model.detect(glance.of(picture), self.threshold)
        return [Noticed(self.model.name, glance, glance.placed(face, picture)) for face in faces]


@dataclass(frozen=True)
class Noticed:
    """A face that a model has seen in a glance at a picture."""

    model: str
    glance: Glance
    face: Face


def ask(
    opinions: Sequence[Opinion],
    picture: RgbPicture,
    glances: Sequence[Glance],
    matters: Callable[[Noticed], bool],
) -> list[Noticed]:
    """What the models see in a picture and in these glances at it; in all others, too, if any of that matters."""
    seen = [each for opinion in opinions for each in opinion.on(picture)]
    seen += _in_glances(opinions, picture, glances)
    if any(matters(each) for each in seen):
        seen += _in_glances(opinions, picture, [glance for glance in OTHERS if glance not in glances])
    return seen


def _in_glances(opinions: Sequence[Opinion], picture: RgbPicture, glances: Sequence[Glance]) -> list[Noticed]:
    asked = [opinion for opinion in opinions if opinion.closely]
    return [each for opinion in asked for glance in glances for each in opinion.on(picture, glance)]


def distinct(seen: Sequence[Noticed]) -> list[Noticed]:
    """Without the weaker of those that one model has seen at the same place of one picture."""
    kept: list[Noticed] = []
    for each in sorted(seen, key=lambda one: -one.face.score):
        if not any(each.model == other.model and _same_place(each.face, other.face) for other in kept):
            kept.append(each)
    return kept


def _same_place(one: Face, other: Face) -> bool:
    return distance(one.box, other.box) < SAME_EVIDENCE


@dataclass(frozen=True)
class Uncovered:
    """What was seen outside all hidden regions on frame `frame`, the picture number `check` of those that the
    models were asked about: where nothing changes, they are not asked again."""

    check: int
    frame: int
    seen: Noticed

    def confirms(self, other: "Uncovered") -> bool:
        """Whether this makes evidence of the other one."""
        independent = (self.seen.model, self.seen.glance) != (other.seen.model, other.seen.glance)
        if self.check == other.check:
            return independent and _same_place(self.seen.face, other.seen.face)
        moved = distance(self.seen.face.box, other.seen.face.box) > STILL
        return abs(self.check - other.check) <= SOON and (independent or moved)

    def evidence(self) -> Evidence:
        """As it is reported."""
        face = self.seen.face
        box = [round(value, 1) for value in face.box]
        return Evidence(
            frame=self.frame, box=box, score=round(face.score, 4), model=self.seen.model, kind="face"
        )


def confirmed(seen: Sequence[Uncovered], checks: int) -> list[Evidence]:
    """The evidence in what was seen on so many pictures, each face once for each model and picture. Of one picture
    alone, which may be all of a still clip, all is."""
    certain = [
        each
        for each in seen
        if checks == 1 or any(other.confirms(each) for other in seen if other is not each)
    ]
    kept: list[Uncovered] = []
    for check in sorted({each.check for each in certain}):
        once = distinct([each.seen for each in certain if each.check == check])
        kept += [each for each in certain if each.check == check and each.seen in once]
    return [each.evidence() for each in kept]

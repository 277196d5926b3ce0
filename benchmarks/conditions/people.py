"""People cut out of footage, to be put into other pictures."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from benchmarks.conditions.drawing import Patch, resized, stick
from benchmarks.conditions.scenes import Source
from benchmarks.conditions.truth import Polygon, polygon_of

WORKING_HEIGHT = 56.0
"""Pixels of a face while its person is being cut out."""
TURNS = 3
"""Of GrabCut."""


@dataclass(frozen=True)
class Person:
    """Head and shoulders with what is not them transparent, and the face box in pixels of the patch."""

    source: str
    patch: Patch
    face: Box

    def outline(self, x: float, y: float) -> Polygon:
        """The face's outline when the patch lies with its corner at (x, y)."""
        left, top, width, height = self.face
        return polygon_of((left + x, top + y, width, height))

    def in_height(self, face_height: float) -> "Person":
        """The person with a face of this height."""
        factor = face_height / self.face[3]
        height, width = self.patch.shape[:2]
        size = max(2, round(width * factor)), max(2, round(height * factor))
        across, down = size[0] / width, size[1] / height
        x, y, w, h = self.face
        return Person(self.source, resized(self.patch, size), (x * across, y * down, w * across, h * down))

    def mirrored(self) -> "Person":
        """The person as in a mirror."""
        x, y, width, height = self.face
        turned = np.ascontiguousarray(self.patch[:, ::-1])
        return Person(self.source, turned, (self.patch.shape[1] - x - width, y, width, height))

    def wearing(self, sticker: Patch) -> "Person":
        """The person with a sticker over the face."""
        picture = np.ascontiguousarray(self.patch[:, :, :3].astype(np.uint8))
        covered = stick(picture, sticker, self.face)
        alpha = np.maximum(self.patch[:, :, 3], covered)
        return Person(self.source, np.dstack([picture, alpha]).astype(np.float32), self.face)


def cut_out(source: Source, number: int, box: Box) -> Person:
    """The person with this face on a frame: found by colour from a guess of head and shoulders (GrabCut: Rother et
    al. 2004)."""
    factor = WORKING_HEIGHT / box[3]
    picture = cv2.resize(source.pictures[number], None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    x, y, width, height = (value * factor for value in box)
    left, top = max(0, round(x - 1.5 * width)), max(0, round(y - 0.8 * height))
    crop = np.ascontiguousarray(picture[top : round(y + 3.0 * height), left : round(x + 2.5 * width)])
    x, y = x - left, y - top
    middle = round(x + width / 2)

    guess: NDArray[np.uint8] = np.full(crop.shape[:2], cv2.GC_BGD, np.uint8)
    chin = round(y + 1.05 * height)
    shoulders = [
        (round(x - 0.9 * width), crop.shape[0]),
        (round(x - 0.8 * width), round(y + 1.7 * height)),
        (middle, chin),
        (round(x + 1.8 * width), round(y + 1.7 * height)),
        (round(x + 1.9 * width), crop.shape[0]),
    ]
    head = (middle, round(y + 0.4 * height))
    cv2.fillPoly(guess, [np.array(shoulders)], cv2.GC_PR_FGD)
    cv2.ellipse(guess, head, (round(0.85 * width), round(0.85 * height)), 0, 0, 360, cv2.GC_PR_FGD, -1)
    core = (round(0.5 * width), round(0.56 * height))
    cv2.ellipse(guess, (middle, round(y + 0.48 * height)), core, 0, 0, 360, cv2.GC_FGD, -1)
    cv2.rectangle(guess, (middle - 12, chin), (middle + 12, crop.shape[0]), cv2.GC_FGD, -1)
    cv2.setRNGSeed(1)
    cv2.grabCut(crop, guess, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), TURNS, cv2.GC_INIT_WITH_MASK)
    opaque = np.isin(guess, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    soft = cv2.GaussianBlur(cv2.morphologyEx(opaque, cv2.MORPH_CLOSE, np.ones((5, 5))), (0, 0), 0.8)
    return Person(source.name, np.dstack([crop, soft]).astype(np.float32), (x, y, width, height))


def anybody(source: Source, rng: Generator) -> Person:
    """A person of this footage on some frame, or as in a mirror."""
    tracks = [track for track in source.tracks if track]
    track = tracks[rng.integers(len(tracks))]
    number = sorted(track)[rng.integers(len(track))]
    person = cut_out(source, number, track[number])
    return person.mirrored() if rng.random() < 0.5 else person

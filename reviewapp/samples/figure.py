"""The one person of the sample clips: a public-domain portrait, cut out, on drawn legs."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[Any]
"""Height x width x 3 of unsigned bytes: blue, green, red. (OpenCV's types do not tell bytes from other numbers.)"""

# The head's height in the portrait's 512 x 512 pixels; sizes in a scene refer to it.
HEAD = 175.0


@dataclass(frozen=True)
class Lighting:
    """`light` multiplies blue, green and red; `colour` 0 is grey, 1 as it is."""

    light: tuple[float, float, float] = (1.0, 1.0, 1.0)
    colour: float = 1.0


@cache
def cut_out(portrait: Path) -> tuple[Picture, Picture]:
    """The person's pixels (BGR) and their opacity (0 to 255), found by GrabCut from a rough outline."""
    picture = cv2.imread(str(portrait))
    if picture is None:
        raise FileNotFoundError(portrait)
    mask = np.full(picture.shape[:2], cv2.GC_BGD, np.uint8)
    cv2.ellipse(mask, (226, 100), (82, 98), 0, 0, 360, cv2.GC_PR_FGD, -1)
    torso = np.array([(110, 160), (320, 160), (375, 300), (372, 512), (18, 512), (40, 270)])
    cv2.fillPoly(mask, [torso], cv2.GC_PR_FGD)
    cv2.ellipse(mask, (226, 110), (55, 75), 0, 0, 360, cv2.GC_FGD, -1)
    sure = np.array([(150, 200), (290, 200), (345, 330), (330, 512), (60, 512), (70, 280)])
    cv2.fillPoly(mask, [sure], cv2.GC_FGD)
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, mask, (0, 0, 1, 1), *models, 4, cv2.GC_INIT_WITH_MASK)
    person = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    opaque = cv2.morphologyEx(person, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    return picture, cv2.GaussianBlur(opaque, (0, 0), 1.2)


def draw(
    scene: Picture,
    portrait: Path,
    *,
    x: float,
    feet: float,
    head: float,
    step: float,
    lighting: Lighting,
    turn: int = 1,
) -> None:
    """Draws the person into the scene, in place.

    `x` is the middle and `feet` the ground in pixels, `head` the head's height; `step` is the phase of the walk in
    turns, and `turn` -1 mirrors. Legs and a soft shadow are drawn below the portrait.
    """
    scale = head / HEAD
    picture, opaque = cut_out(portrait)
    size = (max(8, round(512 * scale)), max(8, round(512 * scale)))
    person = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(opaque, size, interpolation=cv2.INTER_AREA)
    person = _lit(person, lighting)
    if turn < 0:
        person, alpha = person[:, ::-1], alpha[:, ::-1]
    sway = np.sin(step * 2 * np.pi)
    bust_top = round(feet - head * 6.1 + abs(sway) * head * 0.06)
    left = round(x - size[0] * (0.41 if turn > 0 else 0.59))
    hips = bust_top + size[1]
    _shadow(scene, x, feet, head)
    _legs(scene, x, hips, feet, head, sway, lighting)
    _blend(scene, person, alpha, left, bust_top)


def _lit(person: Picture, lighting: Lighting) -> Picture:
    grey = cv2.cvtColor(cv2.cvtColor(person, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    mixed = person * lighting.colour + grey * (1 - lighting.colour)
    lit: Picture = np.clip(mixed * np.array(lighting.light), 0, 255).astype(np.uint8)
    return lit


def _shadow(scene: Picture, x: float, feet: float, head: float) -> None:
    wide, flat = round(head * 1.3), round(head * 0.28)
    blur = max(1.0, head * 0.12)
    margin = round(3 * blur)
    shade = np.zeros((2 * (flat + margin), 2 * (wide + margin)), np.uint8)
    cv2.ellipse(shade, (wide + margin, flat + margin), (wide, flat), 0, 0, 360, 110, -1)
    black = np.zeros((*shade.shape, 3), np.uint8)
    _blend(
        scene,
        black,
        cv2.GaussianBlur(shade, (0, 0), blur),
        round(x) - wide - margin,
        round(feet) - flat - margin,
    )


def _legs(
    scene: Picture, x: float, hips: float, feet: float, head: float, sway: float, lighting: Lighting
) -> None:
    trousers = _lit(np.array([[[70, 52, 44]]], np.uint8), lighting)[0, 0].tolist()
    shoes = _lit(np.array([[[30, 28, 30]]], np.uint8), lighting)[0, 0].tolist()
    for side in (-1, 1):
        foot = x + side * head * 0.35 + side * sway * head * 0.5
        raised = max(0.0, side * sway) * head * 0.15
        leg = [
            (x + side * head * 0.4 - head * 0.42, hips - head * 0.2),
            (x + side * head * 0.4 + head * 0.42, hips - head * 0.2),
            (foot + head * 0.26, feet - raised),
            (foot - head * 0.26, feet - raised),
        ]
        cv2.fillPoly(scene, [np.array(leg, np.int32)], trousers, cv2.LINE_AA)
        centre = (round(foot + head * 0.1), round(feet - raised))
        cv2.ellipse(scene, centre, (round(head * 0.4), round(head * 0.14)), 0, 0, 360, shoes, -1, cv2.LINE_AA)


def _blend(scene: Picture, person: Picture, alpha: Picture, left: int, top: int) -> None:
    height, width = scene.shape[:2]
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + person.shape[1]), min(height, top + person.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
    weight = alpha[part][..., None] / 255.0
    area = scene[y0:y1, x0:x1]
    area[:] = (area * (1 - weight) + person[part] * weight).astype(np.uint8)

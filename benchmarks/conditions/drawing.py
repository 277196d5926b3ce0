"""Drawn things with texture and noise, so that they are no flat cut-outs, and how they come into a picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from benchmarks.conditions.truth import Mask, Rgb

Patch = NDArray[np.float32]
"""Height x width x 4: red, green, blue from 0 to 255, and opacity from 0 to 1."""
Colour = Sequence[float]

MUTED = 30.0
"""Levels by which the parts of a thing's colour differ at most: homes are not painted in neon."""
SKINS = ((222, 180, 155), (190, 140, 110), (140, 95, 70), (90, 60, 45))
CLOTHS = ((40, 40, 45), (90, 95, 105), (60, 70, 110), (110, 55, 50), (150, 140, 120), (200, 200, 205))


def muted(rng: Generator, dark: float = 50, bright: float = 215) -> Colour:
    """A colour as of walls and furniture, from dark to bright."""
    parts = np.clip(rng.uniform(dark, bright) + rng.uniform(-MUTED, MUTED, 3), 0, 255)
    return [float(part) for part in parts]


def texture(
    rng: Generator, size: tuple[int, int], colour: Colour, roughness: float = 14
) -> NDArray[np.float32]:
    """A surface (height x width x 3) of this colour with folds, shade and grain."""
    height, width = size
    folds = cv2.resize(
        rng.normal(0, roughness, (7, 7)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    shade = np.linspace(rng.uniform(-15, 15), rng.uniform(-15, 15), width, dtype=np.float32)
    grain = rng.normal(0, 4, (height, width, 3)).astype(np.float32)
    surface = np.array(colour, np.float32) + (folds + shade)[:, :, np.newaxis] + grain
    return np.asarray(np.clip(surface, 0, 255), np.float32)


def patch(surface: NDArray[np.float32], opacity: NDArray[np.uint8], soft: float = 1.0) -> Patch:
    """A surface that is opaque where `opacity` is 255, with a soft edge of so many pixels."""
    alpha = cv2.GaussianBlur(opacity.astype(np.float32) / 255, (0, 0), soft)
    return np.dstack([surface, alpha]).astype(np.float32)


def resized(piece: Patch, size: tuple[int, int]) -> Patch:
    """The patch in this size (width, height)."""
    larger = size[0] > piece.shape[1]
    way = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
    return np.clip(cv2.resize(piece, size, interpolation=way), 0, (255, 255, 255, 1)).astype(np.float32)


def lay(picture: Rgb, piece: Patch, x: float, y: float) -> Mask:
    """Lay a patch over the picture with its corner at (x, y), in place; the pixels that it covers."""
    height, width = picture.shape[:2]
    covered = np.zeros((height, width), bool)
    left, top = int(np.floor(x)), int(np.floor(y))
    shift = np.array([[1, 0, x - left], [0, 1, y - top]])
    piece = np.asarray(cv2.warpAffine(piece, shift, (piece.shape[1] + 1, piece.shape[0] + 1)), np.float32)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + piece.shape[1]), min(height, top + piece.shape[0])
    if x1 <= x0 or y1 <= y0:
        return covered
    part = piece[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = part[:, :, 3:]
    below = picture[y0:y1, x0:x1]
    picture[y0:y1, x0:x1] = np.clip(part[:, :, :3] * alpha + below * (1 - alpha), 0, 255).astype(np.uint8)
    covered[y0:y1, x0:x1] = alpha[:, :, 0] > 0.5
    return covered


UNIT = 96
"""Pixels of a sticker that are the width, and the height, of the face that it belongs to."""
STICKER = (3 * UNIT, 3 * UNIT)
"""A sticker reaches one face to each side of the face."""


def at(x: float, y: float) -> tuple[int, int]:
    """The pixel of a sticker for a point in units of the face box: (0, 0) its upper left corner, (1, 1) the lower
    right one."""
    return round((1 + x) * UNIT), round((1 + y) * UNIT)


def stick(picture: Rgb, sticker: Patch, face: Box) -> Mask:
    """Lay a sticker over the face of this box, in place; the pixels that it covers."""
    x, y, width, height = face
    fitted = resized(sticker, (max(3, round(3 * width)), max(3, round(3 * height))))
    return lay(picture, fitted, x - width, y - height)


def book(rng: Generator) -> Patch:
    """Held before mouth and nose: its upper edge below the eyes, with lines of a title, and fingers at its sides."""
    opacity = np.zeros(STICKER, np.uint8)
    surface = texture(rng, STICKER, rng.uniform(40, 200, 3).tolist())
    tilt, half = rng.uniform(-0.1, 0.1), rng.uniform(0.7, 0.95)
    top, bottom = rng.uniform(0.4, 0.48), 1.75
    corners = [(0.5 - half, top - tilt), (0.5 + half, top + tilt), (0.5 + half, bottom), (0.5 - half, bottom)]
    cv2.fillPoly(opacity, [np.array([at(*corner) for corner in corners])], 255)
    ink = tuple(float(value) for value in rng.uniform(0, 255, 3))
    for line in range(int(rng.integers(2, 4))):
        y = top + 0.25 + 0.22 * line
        ends = at(0.5 - half * 0.7, y - tilt * 0.7), at(0.5 + half * rng.uniform(0.2, 0.7), y + tilt * 0.5)
        cv2.line(surface, *ends, ink, int(rng.integers(3, 9)))
    cv2.rectangle(surface, at(0.5 - half, top - 0.2), at(0.5 - half + 0.09, bottom), ink, -1)
    skin = SKINS[rng.integers(len(SKINS))]
    for side in (-1, 1):
        for finger in range(4):
            middle = at(0.5 + side * half * 0.97, top + 0.45 + 0.15 * finger)
            cv2.ellipse(opacity, middle, (17, 7), 0, 0, 360, 255, -1)
            cv2.ellipse(surface, middle, (17, 7), 0, 0, 360, [v + rng.uniform(-12, 12) for v in skin], -1)
    return patch(surface, opacity)


def hood_and_mask(rng: Generator) -> Patch:
    """A hood around the head, and a mask from the nose to the chin: the eyes are left."""
    opacity = np.zeros(STICKER, np.uint8)
    surface = texture(rng, STICKER, CLOTHS[rng.integers(len(CLOTHS))], 22)
    cv2.ellipse(opacity, at(0.5, 0.38), (round(0.98 * UNIT), round(0.92 * UNIT)), 0, 0, 360, 255, -1)
    cv2.rectangle(opacity, at(-0.5, 0.9), at(1.5, 1.5), 255, -1)
    cv2.ellipse(opacity, at(0.5, 0.5), (round(0.5 * UNIT), round(0.56 * UNIT)), 0, 0, 360, 0, -1)
    cv2.ellipse(surface, at(0.5, 0.5), (round(0.55 * UNIT), round(0.61 * UNIT)), 0, 0, 360, (25, 25, 28), 5)
    _mask(surface, opacity, rng)
    return patch(surface, opacity)


def mask(rng: Generator) -> Patch:
    """A mask from the nose to the chin."""
    opacity = np.zeros(STICKER, np.uint8)
    surface = texture(rng, STICKER, (128, 128, 128))
    _mask(surface, opacity, rng)
    return patch(surface, opacity)


def _mask(surface: NDArray[np.float32], opacity: NDArray[np.uint8], rng: Generator) -> None:
    colours = ((150, 190, 215), (235, 235, 238), (35, 35, 38), (120, 60, 80))
    cloth = texture(rng, STICKER, colours[rng.integers(len(colours))], 10)
    corners = ((0.02, 0.5), (0.5, 0.4), (0.98, 0.5), (0.95, 0.9), (0.5, 1.1), (0.05, 0.9))
    shape = np.zeros(STICKER, np.uint8)
    cv2.fillPoly(shape, [np.array([at(*corner) for corner in corners])], 255)
    for y in (0.62, 0.74, 0.86):
        cv2.line(
            cloth, at(0.06, y), at(0.94, y), [float(value) * 0.8 for value in cloth[at(0.5, y)[::-1]]], 2
        )
    surface[shape > 0] = cloth[shape > 0]
    opacity[shape > 0] = 255


def sunglasses(rng: Generator) -> Patch:
    """Sunglasses with a gleam."""
    opacity = np.zeros(STICKER, np.uint8)
    surface = texture(rng, STICKER, rng.uniform(8, 40, 3).tolist(), 6)
    for x in (0.27, 0.73):
        cv2.ellipse(opacity, at(x, 0.38), (round(0.22 * UNIT), round(0.14 * UNIT)), 0, 0, 360, 255, -1)
        cv2.line(surface, at(x - 0.1, 0.33), at(x, 0.3), (150, 150, 160), 3)
    cv2.line(opacity, at(0.0, 0.34), at(1.0, 0.34), 255, 4)
    return patch(surface, opacity)


def hand(rng: Generator) -> Patch:
    """A hand before the mouth, or before most of the face."""
    opacity = np.zeros(STICKER, np.uint8)
    surface = texture(rng, STICKER, SKINS[rng.integers(len(SKINS))], 10)
    x, y = rng.uniform(0.3, 0.7), rng.uniform(0.65, 0.95)
    cv2.ellipse(opacity, at(x, y), (round(0.3 * UNIT), round(0.27 * UNIT)), 0, 0, 360, 255, -1)
    for finger in range(4):
        left = x - 0.26 + 0.17 * finger
        tip = at(left + rng.uniform(-0.05, 0.05), y - rng.uniform(0.45, 0.6))
        cv2.line(opacity, at(left, y), tip, 255, 13)
        cv2.line(surface, at(left + 0.085, y - 0.1), (tip[0] + 8, tip[1] + 5), (70, 45, 40), 2)
    return patch(surface, opacity)


def cloth_over_the_head(rng: Generator) -> Patch:
    """A towel, a box or a balloon: nothing of the head is seen."""
    opacity = np.zeros(STICKER, np.uint8)
    surface = texture(rng, STICKER, muted(rng), 25)
    if rng.random() < 0.5:
        cv2.ellipse(opacity, at(0.5, 0.35), (round(1.0 * UNIT), round(1.05 * UNIT)), 0, 0, 360, 255, -1)
    else:
        cv2.rectangle(opacity, at(-0.45, -0.65), at(1.45, 1.2), 255, -1)
        cv2.line(surface, at(-0.45, 0.3), at(1.45, 0.3), (60, 50, 40), 4)
    return patch(surface, opacity)

"""Faces of which only a part is seen: behind a book, a door, a hood, sunglasses."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.conditions.drawing import (
    Patch,
    book,
    cloth_over_the_head,
    hood_and_mask,
    muted,
    stick,
    sunglasses,
    texture,
)
from benchmarks.conditions.scenes import SIZES, Scene, Shot, framed, seen
from benchmarks.conditions.truth import Polygon, Rgb, bounding_box, pixels, polygon_of

LEAST_SEEN = 0.3
"""Of a face, for it to count as one: what is behind a door is hidden already."""


def close(piece: Shot, rng: Generator) -> Scene:
    """The face 36 to 110 pixels high: large enough for something to be before it."""
    return framed(piece, SIZES[rng.integers(5)], rng.uniform(36, 110), rng)


def behind_a_book(piece: Shot, rng: Generator) -> Scene:
    """A book before mouth and nose."""
    return _worn(close(piece, rng), rng, book, sway=0.03)


def hooded(piece: Shot, rng: Generator) -> Scene:
    """Hood and mask: only the eyes are seen."""
    return _worn(close(piece, rng), rng, hood_and_mask)


def with_sunglasses(piece: Shot, rng: Generator) -> Scene:
    """Sunglasses."""
    return _worn(close(piece, rng), rng, sunglasses)


def _worn(scene: Scene, rng: Generator, make: Callable[[Generator], Patch], sway: float = 0) -> Scene:
    """Every face has something before it that moves with it; `sway` in heights of the face."""
    most = max(len(frame) for frame in scene.faces)
    stickers, phase = [make(rng) for _ in range(most)], rng.uniform(0, 6)

    def paint(picture: Rgb, number: int) -> Rgb:
        painted = picture.copy()
        for sticker, face in zip(stickers, scene.faces[number], strict=False):
            x, y, width, height = bounding_box(face)
            stick(painted, sticker, (x, y + sway * height * np.sin(phase + number / 3), width, height))
        return painted

    return scene.repainted(paint)


def behind_a_door(piece: Shot, rng: Generator) -> Scene:
    """A door whose edge is before the face: 35 to 62 % of the face are behind it, more and less by turns."""
    scene = close(piece, rng)
    width, height = scene.size
    door = texture(rng, (height, width), muted(rng, 60, 220), 8)
    for left in range(0, width, width // 5):
        cv2.rectangle(door, (left + 8, height // 8), (left + width // 5 - 8, height // 2), (80, 70, 60), 2)
    from_left, phase = rng.random() < 0.5, rng.uniform(0, 6)
    edges = [
        _edge(scene.faces[number][0], from_left, 0.485 + 0.135 * np.sin(phase + number / 4))
        for number in range(len(scene.pictures))
    ]
    behind = [np.arange(width) < edge if from_left else np.arange(width) >= edge for edge in edges]

    def paint(picture: Rgb, number: int) -> Rgb:
        painted = np.where(behind[number][np.newaxis, :, np.newaxis], door, picture).astype(np.uint8)
        edge = round(edges[number])
        painted[:, max(0, edge - 2) : edge + 2] = (painted[:, max(0, edge - 2) : edge + 2] * 0.6).astype(
            np.uint8
        )
        return painted

    def seen(face: Polygon, number: int) -> bool:
        outline = pixels(face, width, height)
        return bool((outline & ~behind[number]).sum() > LEAST_SEEN * max(1, outline.sum()))

    faces = [[face for face in frame if seen(face, number)] for number, frame in enumerate(scene.faces)]
    return replace(scene.repainted(paint), faces=faces)


def _edge(face: Polygon, from_left: bool, share: float) -> float:
    """Where the edge is, so that this share of the face is behind the door."""
    x, _, width, _ = bounding_box(face)
    return x + width * (share if from_left else 1 - share)


def under_a_cloth(piece: Shot, rng: Generator) -> Scene:
    """People whose heads are under something: what is left is bodies."""
    scene = close(piece, rng)
    bodies = [[_body(face, scene.size) for face in frame] for frame in scene.faces]
    hidden = _worn(scene, rng, cloth_over_the_head)
    return replace(hidden, faces=[[] for _ in scene.faces], bodies=bodies)


def cut_at_the_neck(piece: Shot, rng: Generator) -> Scene:
    """The picture begins below the chins: a camera that hangs too low."""
    size = SIZES[rng.integers(len(SIZES))]
    chins = [bounding_box(face)[1] + bounding_box(face)[3] for frame in piece.faces() for face in frame]
    height, width = piece.source.pictures[0].shape[:2]
    top = max(chins) + 0.2 * piece.height
    factor = max(size[1] / (height - top), size[0] / width)
    left = np.clip(piece.middle[0] * factor - size[0] / 2, 0, width * factor - size[0])
    matrix = np.array([[factor, 0, -left], [0, factor, -top * factor]])
    scene = seen(piece, size, [matrix] * len(piece.frames))
    bodies = [[_body(face, size) for face in frame] for frame in scene.faces]
    return replace(scene, faces=[[] for _ in scene.faces], bodies=bodies)


def _body(face: Polygon, size: tuple[int, int]) -> Polygon:
    """About where the body under a face is: four faces wide, from the chin to the lower border."""
    x, y, width, height = bounding_box(face)
    top = max(0.0, y + height)
    return polygon_of((x - 1.5 * width, top, 4 * width, max(0.0, size[1] - top)))

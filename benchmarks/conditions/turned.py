"""Cameras on ceilings and on their side, people who lie, lenses that bend, doorbells that are too close."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.conditions.scenes import SIZES, Scene, Shot, framed, seen, with_ground
from benchmarks.conditions.truth import Polygon, Rgb, mapped

DOORBELL_SIZES = ((480, 368), (400, 400), (368, 480))


def upside_down(piece: Shot, rng: Generator) -> Scene:
    """A camera on the ceiling: turned by 180 degrees, which no metadata tells."""
    return _quarter_turned(plain(piece, rng), 2)


def on_its_side(piece: Shot, rng: Generator) -> Scene:
    """Turned by 90 degrees either way, which no metadata tells."""
    return _quarter_turned(plain(piece, rng), int(rng.choice((1, 3))))


def plain(piece: Shot, rng: Generator) -> Scene:
    """The face 28 to 100 pixels high, as it is."""
    return framed(piece, SIZES[rng.integers(len(SIZES))], rng.uniform(28, 100), rng)


def _quarter_turned(scene: Scene, turns: int) -> Scene:
    """Turned against the clock by quarters."""
    width, height = scene.size

    def turn(face: Polygon, _: int) -> Polygon:
        x, y = face[:, 0], face[:, 1]
        corners = {1: (y, width - x), 2: (width - x, height - y), 3: (height - y, x)}[turns]
        return np.column_stack(corners)

    pictures = [np.ascontiguousarray(np.rot90(picture, turns)) for picture in scene.pictures]
    return replace(scene, pictures=pictures, faces=mapped(scene.faces, turn))


def rolled(piece: Shot, rng: Generator, degrees: float) -> Scene:
    """A person who lies: turned about the face, to either side, by this angle and a little more or less."""
    size = SIZES[rng.integers(4)]
    angle = np.radians(degrees + rng.uniform(-4, 4)) * rng.choice((-1, 1))
    factor = min(rng.uniform(36, 100) / piece.height, 3.0)
    turn = factor * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    goal = np.array(size) * rng.uniform((0.35, 0.35), (0.65, 0.65))
    matrix = np.column_stack([turn, goal - turn @ piece.middle])
    return seen(piece, size, [matrix] * len(piece.frames))


def larger_than_the_picture(piece: Shot, rng: Generator) -> Scene:
    """Somebody leans towards a doorbell: the face is 1.1 to 1.6 times as high as the picture."""
    piece = piece.where_large()
    # A face of few pixels is not blown up to half a thousand: there is no such camera.
    size = DOORBELL_SIZES[rng.integers(len(DOORBELL_SIZES))] if piece.height > 50 else (240, 192)
    least, most = sorted(rng.uniform(1.1, 1.6, 2))
    grown = np.linspace(least, most, len(piece.frames))
    offset = rng.uniform(-0.08, 0.08, 2)
    matrices = []
    for (x, y, width, height), times in zip(piece.boxes, grown, strict=True):
        factor = times * size[1] / height
        middle = np.array([x + width / 2, y + height / 2]) + offset * height
        matrices.append(np.column_stack([factor * np.eye(2), np.array(size) / 2 - factor * middle]))
    return seen(piece, size, matrices)


def fisheye(piece: Shot, rng: Generator) -> Scene:
    """A lens of 130 to 150 degrees, the face near its rim; equal angles are equal distances."""
    half_angle = np.radians(rng.uniform(65, 75))
    size = (480, 480) if rng.random() < 0.5 else (640, 480)
    radius = 0.5 * (size[1] if size[0] == size[1] else float(np.hypot(*size)) * 0.9)
    centre = np.array(size) / 2
    # Where the face is to be seen: near the rim, and inside the picture.
    where, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.74, 0.86)
    direction = np.array([np.cos(where), np.sin(where)])
    room = np.min((centre - 45) / np.maximum(np.abs(direction), 1e-6))
    reach = min(reach, room / radius)
    # In units of the focal length of a lens that does not bend; a face is enlarged as it is squeezed at the rim.
    scale = rng.uniform(60, 95) / piece.height / radius * half_angle / np.cos(reach * half_angle)
    origin = np.array(piece.middle) - direction * np.tan(reach * half_angle) / scale

    across, down = np.meshgrid(np.arange(size[0]) + 0.5 - centre[0], np.arange(size[1]) + 0.5 - centre[1])
    angles = np.hypot(across, down) / radius * half_angle
    stretch = np.tan(np.minimum(angles, 1.5)) / np.maximum(angles, 1e-6) * half_angle / radius / scale
    columns = (across * stretch + origin[0] - 0.5).astype(np.float32)
    rows = (down * stretch + origin[1] - 0.5).astype(np.float32)
    lit = (angles <= half_angle)[:, :, np.newaxis]

    def bent(picture: Rgb) -> Rgb:
        through = cv2.remap(picture, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        height, width = picture.shape[:2]
        known = (columns > -0.5) & (columns < width - 0.5) & (rows > -0.5) & (rows < height - 0.5)
        ground = with_ground(np.asarray(through, np.uint8), known.astype(np.uint8))
        return np.where(lit, ground, 4).astype(np.uint8)

    def bend(face: Polygon, _: int) -> Polygon:
        straight = (face - origin) * scale
        distance = np.maximum(np.hypot(*straight.T), 1e-6)
        return np.asarray(
            centre + straight * (np.arctan(distance) / half_angle * radius / distance)[:, np.newaxis],
            np.float64,
        )

    pictures = [bent(piece.source.pictures[number]) for number in piece.frames]
    return Scene(piece.source.name, pictures, piece.source.rate, mapped(piece.faces(), bend))

"""Places without people: stretches of footage, and drawn rooms."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.conditions.drawing import muted, texture
from benchmarks.conditions.moving import grain
from benchmarks.conditions.scenes import FRAMES, SIZES, Scene, Source, warp
from benchmarks.conditions.truth import Rgb

STRETCHES: Mapping[str, tuple[int, int]] = {
    "car-detection": (0, 330),
    "one-by-one-person-detection": (0, 60),
}
"""Frames (of those that are read) of the footage in which nobody is seen."""


def deserted(source: Source, rng: Generator) -> Scene:
    """Footage without people, some part of the picture."""
    begin, end = STRETCHES[source.name]
    begin = int(rng.integers(begin, end - FRAMES))
    size = SIZES[rng.integers(len(SIZES))]
    height, width = source.pictures[0].shape[:2]
    factor = max(size[0] / width, size[1] / height) * rng.uniform(1, 1.6)
    room = np.array([width * factor - size[0], height * factor - size[1]])
    x, y = rng.uniform(0, 1, 2) * room
    matrix = np.array([[factor, 0, -x], [0, factor, -y]])
    pictures = [warp(picture, matrix, size) for picture in source.pictures[begin : begin + FRAMES]]
    return Scene(source.name, pictures, source.rate, [[] for _ in pictures])


def drawn(rng: Generator) -> Scene:
    """A drawn room in which a shadow moves."""
    size = SIZES[rng.integers(len(SIZES))]
    ground, seed = room(rng, size), int(rng.integers(1 << 30))
    speed, radius = rng.uniform(2, 6), rng.uniform(0.1, 0.25) * size[1]
    pictures = []
    for number in range(FRAMES):
        shadow = np.ones((size[1], size[0]), np.float32)
        cv2.circle(shadow, (round(number * speed + size[0] * 0.2), size[1] // 2), round(radius), 0.75, -1)
        soft = cv2.GaussianBlur(shadow, (0, 0), radius / 3)
        pictures.append(grain((ground * soft[:, :, np.newaxis]).astype(np.uint8), number, seed))
    return Scene("drawn", pictures, 15.0, [[] for _ in pictures])


def room(rng: Generator, size: tuple[int, int]) -> Rgb:
    """Wall, floor, a window, pictures without people, cupboards and a lamp."""
    width, height = size
    picture = texture(rng, (height, width), muted(rng, 130, 220), 10)
    floor = round(rng.uniform(0.6, 0.8) * height)
    picture[floor:] = texture(rng, (height - floor, width), muted(rng, 60, 130), 16)
    for _ in range(int(rng.integers(3, 7))):
        across, down = round(rng.uniform(0.08, 0.3) * width), round(rng.uniform(0.1, 0.5) * height)
        x, y = int(rng.integers(0, width - across)), int(rng.integers(0, height - down))
        picture[y : y + down, x : x + across] = texture(rng, (down, across), muted(rng), 18)
        cv2.rectangle(picture, (x, y), (x + across, y + down), rng.uniform(20, 120, 3).tolist(), 3)
        if rng.random() < 0.5:
            cv2.line(picture, (x + across // 2, y), (x + across // 2, y + down), (60, 55, 50), 2)
    lamp = (int(rng.integers(width)), int(rng.integers(height // 3)))
    cv2.circle(picture, lamp, round(0.05 * height), (250, 245, 225), -1)
    return np.clip(cv2.GaussianBlur(picture, (3, 3), 0), 0, 255).astype(np.uint8)

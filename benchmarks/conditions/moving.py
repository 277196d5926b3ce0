"""People who dash by, jump and are shaken, few frames a second, and many cuts."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.conditions.drawing import lay
from benchmarks.conditions.people import Person
from benchmarks.conditions.scenes import FRAMES, MOST_ENLARGED, SIZES, Scene, Shot, Source, framed, seen, shot
from benchmarks.conditions.truth import Polygon, Rgb

RATE = 30.0
"""Frames a second of what moves fast."""


def grain(picture: Rgb, number: int, seed: int) -> Rgb:
    """The picture with a sensor's noise: a still ground is not still."""
    noise = np.random.default_rng([seed, number]).normal(0, 1.5, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def dashing_by(person: Person, ground: Rgb, rng: Generator) -> Scene:
    """Somebody crosses the whole picture in 0.13 to 0.27 s, and comes back a little later."""
    height, width = ground.shape[:2]
    person = person.in_height(rng.uniform(0.13, 0.28) * height)
    smear = max(1, round(rng.uniform(0.05, 0.16) * person.face[3]))
    smeared = replace(person, patch=np.asarray(cv2.blur(person.patch, (smear, 1)), np.float32))
    left, top, across, _ = person.face
    y = rng.uniform(0.15, 0.45) * height - top
    seconds, seed = rng.uniform(0.13, 0.27, 2), int(rng.integers(1 << 30))
    begins = rng.uniform(0.4, 0.6), rng.uniform(1.2, 1.4)
    pictures: list[Rgb] = []
    faces: list[list[Polygon]] = []
    for number in range(round(2 * RATE)):
        picture, found = ground.copy(), []
        for turn, (begin, length) in enumerate(zip(begins, seconds, strict=True)):
            share = (number / RATE - begin) / length
            if not -0.5 <= share <= 1.5:
                continue
            share = 1 - share if turn else share
            x = share * (width + across) - across - left
            shown = smeared.mirrored() if turn else smeared
            x += person.face[0] - shown.face[0]
            lay(picture, shown.patch, x, y)
            found.append(shown.outline(x, y))
        pictures.append(grain(picture, number, seed))
        faces.append(found)
    return Scene(person.source, pictures, RATE, faces)


def skipping(person: Person, ground: Rgb, rng: Generator) -> Scene:
    """Somebody skips a rope: two jumps a second, before a still ground."""
    height, width = ground.shape[:2]
    person = person.in_height(rng.uniform(0.12, 0.25) * height)
    left, top, across, down = person.face
    x = rng.uniform(0.3, 0.6) * width - left
    y = rng.uniform(0.3, 0.4) * height - top
    jump, phase, seed = rng.uniform(0.5, 0.9) * down, rng.uniform(0, 1), int(rng.integers(1 << 30))
    pictures, faces = [], []
    for number in range(round(2 * RATE)):
        time = 2 * number / RATE + phase
        raised = y - jump * abs(np.sin(np.pi * time))
        picture = ground.copy()
        lay(picture, person.patch, x, raised)
        rope = round(x + left + across / 2), round(raised + top + 2 * down)
        reach = round(2.2 * across), round(abs(3.4 * down * np.cos(np.pi * time))) + 1
        half = (180, 360) if np.cos(np.pi * time) > 0 else (0, 180)
        cv2.ellipse(picture, rope, reach, 0, *half, (200, 190, 60), 2, cv2.LINE_AA)
        pictures.append(grain(picture, number, seed))
        faces.append([person.outline(x, raised)])
    return Scene(person.source, pictures, RATE, faces)


def bobbing(piece: Shot, rng: Generator) -> Scene:
    """The picture goes up and down twice a second, as on a cot that is rocked."""
    size = SIZES[rng.integers(4)]
    height, width = piece.source.pictures[0].shape[:2]
    reach, phase = rng.uniform(0.08, 0.16) * size[1], rng.uniform(0, 6)
    factor = min(rng.uniform(34, 90) / piece.height, MOST_ENLARGED)
    factor = max(factor, size[0] / width, (size[1] + 2 * reach) / height)
    corner = np.array(size) * rng.uniform((0.4, 0.35), (0.6, 0.5)) - np.array(piece.middle) * factor
    corner = np.clip(corner, np.array(size) - np.array((width, height)) * factor + (0, reach), (0, -reach))
    held = max(1, round(RATE / piece.source.rate))
    numbers = [number for number in range(len(piece.frames)) for _ in range(held)]
    slow = replace(
        piece,
        frames=[piece.frames[number] for number in numbers],
        boxes=[piece.boxes[number] for number in numbers],
    )
    rate = piece.source.rate * held
    matrices = [
        np.array(
            [[factor, 0, corner[0]], [0, factor, corner[1] + reach * np.sin(phase + 4 * np.pi * n / rate)]]
        )
        for n in range(len(numbers))
    ]
    return replace(seen(slow, size, matrices), rate=rate)


def few_frames(source: Source, rng: Generator, rate: int) -> Scene:
    """So many frames a second, over four seconds."""
    step = max(1, round(source.rate / rate))
    piece = shot(source, rng, count=4 * rate, step=step)
    size = SIZES[rng.integers(len(SIZES))]
    return replace(framed(piece, size, rng.uniform(28, 100), rng), rate=float(rate))


def cut_often(sources: Sequence[Source], rng: Generator) -> Scene:
    """Another scene every two frames."""
    size = SIZES[rng.integers(len(SIZES))]
    scenes = [framed(shot(source, rng), size, rng.uniform(28, 100), rng) for source in sources]
    order = [int(rng.integers(len(scenes)))]
    while len(order) < FRAMES // 2:
        order.append(int((order[-1] + rng.integers(1, len(scenes))) % len(scenes)))
    taken = [(scenes[order[number // 2]], number) for number in range(FRAMES)]
    return Scene(
        "+".join(source.name for source in sources),
        [scene.pictures[number] for scene, number in taken],
        15.0,
        [scene.faces[number] for scene, number in taken],
    )

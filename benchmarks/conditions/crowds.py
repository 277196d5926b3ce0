"""Many people in one picture, their faces 12 to 40 pixels high, some masked, some behind hands and others."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.conditions.drawing import hand, lay, mask
from benchmarks.conditions.moving import grain
from benchmarks.conditions.people import Person, anybody
from benchmarks.conditions.scenes import Scene, Source
from benchmarks.conditions.truth import Polygon, Rgb, pixels

DIFFERENT = 14
"""People that are cut out for a crowd; each stands in it several times, in other sizes."""
LEAST_SEEN = 0.6
"""Of a face that must not be behind somebody else, for it to be counted."""
RATE, FRAMES = 10.0, 20


def crowd(sources: Sequence[Source], ground: Rgb, rng: Generator) -> Scene:
    """Rows of people from the back, small, to the front, large; everybody sways a little."""
    height, width = ground.shape[:2]
    people = [_dressed(anybody(sources[n % len(sources)], rng), rng) for n in range(DIFFERENT)]
    places: list[tuple[Person, float, float]] = []
    face_height, y = rng.uniform(13, 16), rng.uniform(0.1, 0.2) * height
    while y < 0.85 * height:
        x = rng.uniform(0, 2) * face_height
        while x < width:
            person = people[rng.integers(len(people))].in_height(face_height * rng.uniform(0.92, 1.08))
            places.append(
                (person, x - person.face[0], y + rng.uniform(-0.3, 0.3) * face_height - person.face[1])
            )
            x += rng.uniform(1.7, 3.2) * face_height
        y += rng.uniform(1.8, 2.4) * face_height
        face_height = min(40.0, face_height * rng.uniform(1.2, 1.5))
    sway = rng.uniform((0.05, 0), (0.15, 6.3), (len(places), 2))
    seed = int(rng.integers(1 << 30))
    pictures, faces = [], []
    for number in range(FRAMES):
        picture = ground.copy()
        owner = np.full((height, width), -1, np.int32)
        outlines = []
        for index, ((person, x, y), (reach, phase)) in enumerate(zip(places, sway, strict=True)):
            aside = x + reach * person.face[3] * np.sin(phase + number / RATE * 4)
            owner[lay(picture, person.patch, aside, y)] = index
            outlines.append(person.outline(aside, y))
        pictures.append(grain(picture, number, seed))
        faces.append([face for index, face in enumerate(outlines) if _seen(face, owner, index)])
    return Scene("+".join(source.name for source in sources), pictures, RATE, faces)


def _dressed(person: Person, rng: Generator) -> Person:
    chance = rng.random()
    if chance < 0.4:
        return person.wearing(mask(rng))
    return person.wearing(hand(rng)) if chance < 0.6 else person


def _seen(face: Polygon, owner: NDArray[np.int32], index: int) -> bool:
    height, width = owner.shape
    outline = pixels(face, width, height)
    return bool(outline.any() and (owner[outline] == index).mean() > LEAST_SEEN)

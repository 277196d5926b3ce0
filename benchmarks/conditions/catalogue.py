"""The conditions by name, and how a clip of each is made from the footage at hand."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.conditions import covered, light, moving, turned
from benchmarks.conditions.crowds import crowd
from benchmarks.conditions.empty import STRETCHES, deserted, drawn, room
from benchmarks.conditions.people import anybody
from benchmarks.conditions.scenes import SIZES, Scene, Shot, Source, read_source, shot
from benchmarks.conditions.truth import Rgb

Shows = Literal["faces", "nobody", "bodies"]
"""What is in the clips: faces that have to be hidden, nothing that has, or people without a visible head."""

CLIPS = 12
"""Of each condition."""


TURNED_AWAY = frozenset({"store-aisle-detection"})
"""Footage whose people look aside: nothing can be held before their faces, and they cannot be cut out as others."""


@dataclass(frozen=True)
class Cast:
    """The footage that clips are made of: with reference faces, and without people."""

    faces: Sequence[Source]
    deserted: Sequence[Source]

    def source(self, number: int) -> Source:
        """The source of the clip of this number: each in turn, twice, then the one with the most tracks."""
        return _in_turn(self.faces, number)

    @property
    def frontal(self) -> Sequence[Source]:
        """Footage in which people look at the camera, or all when there is no other."""
        return [source for source in self.faces if source.name not in TURNED_AWAY] or self.faces

    def frontal_source(self, number: int) -> Source:
        """As `source`, of people who look at the camera."""
        return _in_turn(self.frontal, number)

    def ground(self, rng: Generator) -> Rgb:
        """A place without people, 640 or 480 pixels wide."""
        size = SIZES[rng.integers(4)]
        if not self.deserted or rng.random() < 0.4:
            return room(rng, size)
        source = self.deserted[int(rng.integers(len(self.deserted)))]
        begin, end = STRETCHES[source.name]
        picture = source.pictures[int(rng.integers(begin, min(end, len(source.pictures))))]
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _in_turn(sources: Sequence[Source], number: int) -> Source:
    turns = [*sources, *sources]
    return turns[number] if number < len(turns) else max(sources, key=lambda source: len(source.tracks))


Build = Callable[[Cast, Generator, int], Scene]
"""A clip: of which footage, with which randomness, and its number."""


@dataclass(frozen=True)
class Condition:
    """A kind of clips: its name, how one is made, how strongly it is coded (x264's rate factor), what it shows."""

    name: str
    build: Build
    crf: int = 18
    shows: Shows = "faces"

    def scene(self, cast: Cast, seed: int, number: int) -> Scene:
        """Clip `number` of this condition; the same for the same seed and footage."""
        rng = np.random.default_rng([seed, zlib.crc32(self.name.encode()), number])
        return self.build(cast, rng, number)


def read_cast(clips: Sequence[Path]) -> Cast:
    """The footage among these clips that conditions are made of. Raises ValueError when none has reference faces."""
    sources = [read_source(clip) for clip in clips if _useful(clip)]
    with_faces = [source for source in sources if any(source.tracks)]
    if not with_faces:
        raise ValueError("no clip has reference faces")
    return Cast(with_faces, [source for source in sources if source.name in STRETCHES])


def _useful(clip: Path) -> bool:
    return clip.stem in STRETCHES or (clip.parent / "faces" / f"{clip.stem}.json").exists()


def _of(change: Callable[[Shot, Generator], Scene]) -> Build:
    """Made from one shot."""
    return lambda cast, rng, number: change(shot(cast.source(number), rng), rng)


def _of_frontal(change: Callable[[Shot, Generator], Scene]) -> Build:
    """Made from one shot of people who look at the camera."""
    return lambda cast, rng, number: change(shot(cast.frontal_source(number), rng), rng)


def _lit(change: Callable[[Scene, Generator], Scene]) -> Build:
    """Made from one shot in other colours."""
    return _of(lambda piece, rng: change(turned.plain(piece, rng), rng))


def _dark(low: float, high: float) -> Build:
    return _lit(lambda scene, rng: light.dark(scene, rng, rng.uniform(low, high)))


def _grey_dark(scene: Scene, rng: Generator) -> Scene:
    return light.dark(light.infrared(scene, rng), rng, rng.uniform(11, 20))


def _dashing(cast: Cast, rng: Generator, number: int) -> Scene:
    return moving.dashing_by(anybody(cast.frontal_source(number), rng), cast.ground(rng), rng)


def _skipping(cast: Cast, rng: Generator, number: int) -> Scene:
    return moving.skipping(anybody(cast.frontal_source(number), rng), cast.ground(rng), rng)


def _few(rate: int) -> Build:
    return lambda cast, rng, number: moving.few_frames(cast.source(number), rng, rate)


def _cuts(cast: Cast, rng: Generator, number: int) -> Scene:
    return moving.cut_often([cast.source(number + turn) for turn in range(4)], rng)


def _crowd(cast: Cast, rng: Generator, number: int) -> Scene:
    return crowd(cast.frontal, cast.ground(rng), rng)


def _nobody(cast: Cast, rng: Generator, number: int) -> Scene:
    if cast.deserted and number % 2:
        return deserted(cast.deserted[number // 2 % len(cast.deserted)], rng)
    return drawn(rng)


def _dark_nobody(cast: Cast, rng: Generator, number: int) -> Scene:
    return light.dark(_nobody(cast, rng, number), rng, rng.uniform(9, 22))


def _bodies(cast: Cast, rng: Generator, number: int) -> Scene:
    change = covered.under_a_cloth if number % 2 else covered.cut_at_the_neck
    return change(shot(cast.frontal_source(number), rng), rng)


CONDITIONS = (
    Condition("plain", _of(turned.plain)),
    Condition("upside-down", _of(turned.upside_down)),
    Condition("on-its-side", _of(turned.on_its_side)),
    Condition("roll-45", _of(partial(turned.rolled, degrees=45))),
    Condition("roll-60", _of(partial(turned.rolled, degrees=60))),
    Condition("roll-75", _of(partial(turned.rolled, degrees=75))),
    Condition("dark-22", _dark(21, 23)),
    Condition("dark-16", _dark(15, 17)),
    Condition("dark-9-to-12", _dark(9, 12)),
    Condition("dark-grey", _lit(_grey_dark)),
    Condition("book", _of_frontal(covered.behind_a_book)),
    Condition("door-edge", _of_frontal(covered.behind_a_door)),
    Condition("hood-and-mask", _of_frontal(covered.hooded)),
    Condition("fisheye", _of(turned.fisheye)),
    Condition("larger-than-picture", _of_frontal(turned.larger_than_the_picture)),
    Condition("dashing-by", _dashing),
    Condition("rope-skipper", _skipping),
    Condition("bobbing", _of(moving.bobbing)),
    Condition("crowd", _crowd),
    Condition("infrared", _lit(light.infrared)),
    Condition("rain", _lit(light.rain)),
    Condition("blur", _lit(light.blurred)),
    Condition("2-frames-a-second", _few(2)),
    Condition("5-frames-a-second", _few(5)),
    Condition("crf-40", _of(turned.plain), crf=40),
    Condition("sunglasses", _of_frontal(covered.with_sunglasses)),
    Condition("cuts", _cuts),
    Condition("too-dark", _dark(2, 5)),
    Condition("too-blurred", _lit(light.without_features)),
    Condition("dark-nobody", _dark_nobody, shows="nobody"),
    Condition("nobody", _nobody, shows="nobody"),
    Condition("no-visible-head", _bodies, shows="bodies"),
)
"""All of them, in the order in which they are printed."""


def named(names: Sequence[str]) -> list[Condition]:
    """The conditions of these names, all for none. Raises ValueError for a name that is not known."""
    unknown = sorted(set(names) - {condition.name for condition in CONDITIONS})
    if unknown:
        raise ValueError(f"unknown conditions: {', '.join(unknown)}")
    return [condition for condition in CONDITIONS if not names or condition.name in names]

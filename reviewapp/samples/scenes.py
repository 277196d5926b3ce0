"""The four sample scenes: what stands still, and what moves in each frame."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from reviewapp.samples import backgrounds
from reviewapp.samples.figure import Lighting, Picture, draw

# From brightness by day to that of a picture taken in the dark, whose mean is about 16.
NIGHT = (0.45 * 255 * (np.arange(256) / 255) ** 1.5).astype(np.uint8)

# Strongly magenta, as nothing in a house is: what the demonstration classifier looks for.
MARKER = (255, 0, 255)


@dataclass(frozen=True)
class Scene:
    """One sample clip. `frames(portrait)` yields its pictures; `training` tells whether its owner agreed to that."""

    name: str
    width: int
    height: int
    frame_rate: int
    seconds: int
    render: Callable[["Scene", Path], Iterator[Picture]]
    training: bool = True

    def frames(self, portrait: Path) -> Iterator[Picture]:
        return self.render(self, portrait)

    @property
    def count(self) -> int:
        return self.frame_rate * self.seconds

    def share(self, frame: int, start: float, end: float) -> float:
        """How much of the time between two seconds has passed at a frame, from 0 to 1."""
        return float(np.clip((frame / self.frame_rate - start) / (end - start), 0, 1))


def _delivery(scene: Scene, portrait: Path) -> Iterator[Picture]:
    still = backgrounds.porch(scene.width, scene.height)
    for frame in range(scene.count):
        picture = still.copy()
        come, go = scene.share(frame, 1, 6), scene.share(frame, 8, 12.5)
        near = 1 - come + go
        feet = scene.height * (0.66 + 0.28 * near)
        head = scene.height * (0.075 + 0.075 * near)
        x = scene.width * (0.535 - 0.1 * (1 - come) + 0.12 * go)
        standing = come == 1 and go == 0
        if frame > 7 * scene.frame_rate:
            backgrounds.parcel(picture, scene.width * 0.61, scene.height * 0.655, scene.height * 0.07)
        turn = 1 if go == 0 else -1
        step = 0.0 if standing else frame / scene.frame_rate * 1.4
        if frame > 0.6 * scene.frame_rate and go < 1:
            draw(picture, portrait, x=x, feet=feet, head=head, step=step, lighting=Lighting(), turn=turn)
            if frame <= 7 * scene.frame_rate:
                backgrounds.parcel(picture, x + head * 0.8, feet - head * 2.6, head * 1.5)
        yield backgrounds.grained(picture, frame, 2.5)


def _car_at_dusk(scene: Scene, portrait: Path) -> Iterator[Picture]:
    """A camera under the eaves, which hangs upside down and has no light of its own."""
    still = backgrounds.driveway(scene.width, scene.height)
    lighting = Lighting(light=(0.62, 0.5, 0.52), colour=0.55)
    for frame in range(scene.count):
        picture = still.copy()
        drive = scene.share(frame, 0.3, 4)
        eased = 1 - (1 - drive) ** 2
        backgrounds.car(picture, scene.width * (-0.25 + 0.62 * eased), scene.height * 0.52, scene.width * 0.3)
        walk = scene.share(frame, 4.5, 10)
        if walk > 0:
            draw(
                picture,
                portrait,
                x=scene.width * (0.46 + 0.2 * walk),
                feet=scene.height * (0.6 + 0.36 * walk),
                head=scene.height * (0.085 + 0.06 * walk),
                step=frame / scene.frame_rate * 1.5,
                lighting=lighting,
            )
        dark = np.asarray(cv2.LUT(picture, NIGHT), np.uint8)
        yield np.ascontiguousarray(np.rot90(backgrounds.grained(dark, frame, 1.5), 2))


def _two_at_home(scene: Scene, portrait: Path) -> Iterator[Picture]:
    still = backgrounds.living_room(scene.width, scene.height)
    warm = Lighting(light=(0.82, 0.93, 1.02))
    for frame in range(scene.count):
        picture = still.copy()
        time = frame / scene.frame_rate
        sway = float(np.sin(time * 1.1)) * 0.012
        draw(
            picture,
            portrait,
            x=scene.width * (0.3 + sway),
            feet=scene.height * 1.12,
            head=scene.height * 0.15,
            step=0,
            lighting=warm,
        )
        walk = scene.share(frame, 2, 9)
        if walk > 0:
            draw(
                picture,
                portrait,
                x=scene.width * (1.08 - 0.48 * walk),
                feet=scene.height * 1.0,
                head=scene.height * 0.135,
                step=time * 1.3 if walk < 1 else 0,
                lighting=warm,
                turn=-1,
            )
        yield backgrounds.grained(picture, frame, 3)


def _marked_hallway(scene: Scene, portrait: Path) -> Iterator[Picture]:
    still = backgrounds.hallway(scene.width, scene.height)
    infrared = Lighting(light=(1.05, 1.05, 1.05), colour=0)
    for frame in range(scene.count):
        picture = still.copy()
        walk = scene.share(frame, 1, 9)
        head = scene.height * (0.08 + 0.1 * walk)
        x, feet = scene.width * 0.5, scene.height * (0.7 + 0.36 * walk)
        if frame > 0.8 * scene.frame_rate:
            draw(
                picture,
                portrait,
                x=x,
                feet=feet,
                head=head,
                step=frame / scene.frame_rate * 1.2,
                lighting=infrared,
            )
            corner = (round(x - head * 0.9), round(feet - head * 4))
            opposite = (round(x + head * 0.9), round(feet - head * 2.2))
            cv2.rectangle(picture, corner, opposite, MARKER, -1, cv2.LINE_AA)
        yield backgrounds.grained(picture, frame, 6)


SCENES = (
    Scene("porch-delivery", 960, 540, 15, 14, _delivery),
    Scene("driveway-at-dusk", 854, 480, 15, 12, _car_at_dusk),
    Scene("living-room", 640, 360, 20, 12, _two_at_home, training=False),
    Scene("hallway-marked", 640, 360, 15, 10, _marked_hallway),
)

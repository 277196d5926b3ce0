"""How well copies of known clips are recognised (`moderation/near_duplicates.py`) on generated scenes, as one JSON
object.

    python -m benchmarks.known_content [--cameras 10] [--moments 10] [--seed 1]

Each fixed camera has a view, noise and a light that differs from moment to moment; in each moment of 8 s one or two
figures cross the picture, and every second moment repeats the one before: the same figures on the same way, a little
later, faster or slower, and some pixels aside. No limit was chosen on these scenes.

`copies`: for each change, the share of rare samples in which copy and source agree at their best offset (0 when too
little happens to tell), and how many are recognised as the same moment, with Wilson's 95 % interval; also by the height
of the tallest figure. `not_mirrored`: the same without comparing the mirrored hashes; `not_uncropped`: without the
hashes that a cropped picture would have. `others`: the same for clips
that are no copies, each pair twice: as they are, and one of them as a bad copy. `lists`: how many are on a list:
copies on one of their source's pictures, clips on one of all other cameras' or of their camera's other moments.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from annotations.moderation.cropped import crop_hits
from annotations.moderation.near_duplicates import (
    SAME_MOMENT,
    Alignment,
    Hashes,
    align,
    hits_either_way,
    is_known,
    recognise,
)
from annotations.review.miss_rates import wilson
from tests.moderation.copies import CHANGES, Seen, copy, seen
from tests.vision import clips
from tests.vision.clips import Rgb

WIDTH, HEIGHT, RATE, SECONDS = 320, 180, 8, 8
QUANTILES = (0, 5, 25, 50, 75, 100)


@dataclass(frozen=True)
class Figure:
    """Crosses the picture in a straight line. Heights and places in pixels, times in seconds."""

    seed: int
    height: float
    start: tuple[float, float]
    speed: tuple[float, float]
    since: float

    def again(self, random: np.random.Generator) -> "Figure":
        """The same on the same way at another time."""
        aside = random.normal(0, 4, 2)
        place = self.start[0] + aside[0], self.start[1] + aside[1]
        pace = random.uniform(0.8, 1.25)
        return Figure(
            self.seed,
            self.height * random.uniform(0.95, 1.05),
            place,
            (self.speed[0] * pace, self.speed[1] * pace),
            self.since + random.uniform(-0.7, 0.7),
        )


@dataclass(frozen=True)
class Moment:
    """One clip of a camera: who crosses its picture in what light."""

    camera: int
    number: int
    figures: list[Figure]
    light: float

    @property
    def tallest(self) -> float:
        """The height of the tallest figure as a share of the picture's."""
        return max(figure.height for figure in self.figures) / HEIGHT


def moments(cameras: int, of_each: int, seed: int) -> list[Moment]:
    random, made = np.random.default_rng(seed), list[Moment]()
    for camera in range(cameras):
        for number in range(of_each):
            if number % 2:
                figures = [figure.again(random) for figure in made[-1].figures]
            else:
                figures = [_figure(random) for _ in range(random.integers(1, 3))]
            made.append(Moment(camera, number, figures, random.uniform(0.8, 1.2)))
    return made


def _figure(random: np.random.Generator) -> Figure:
    right = random.random() < 0.5
    height = HEIGHT * random.uniform(0.15, 0.95)
    start = -0.1 * WIDTH if right else 1.1 * WIDTH, HEIGHT * random.uniform(0.35, 0.75)
    across = WIDTH * random.uniform(0.12, 0.35) * (1 if right else -1)
    return Figure(
        int(random.integers(2**31)),
        height,
        start,
        (across, HEIGHT * random.normal(0, 0.03)),
        random.uniform(0, 2),
    )


def view(camera: int) -> Rgb:
    """What a camera sees when nothing happens: soft colours with edges."""
    random, room = np.random.default_rng(900 + camera), clips.background(WIDTH, HEIGHT, camera + 1)
    for _ in range(12):
        corner = random.integers(0, (WIDTH, HEIGHT))
        opposite = corner + random.integers(10, 110, 2)
        colour = [int(value) for value in random.integers(20, 220, 3)]
        cv2.rectangle(room, corner.tolist(), opposite.tolist(), colour, int(random.choice([-1, 2])))
    return room


def draw(moment: Moment, path: Path) -> Path:
    room = view(moment.camera)
    random = np.random.default_rng([moment.camera, moment.number])
    pictures = []
    for number in range(RATE * SECONDS):
        picture = room.copy()
        for figure in moment.figures:
            _paint(picture, figure, number / RATE)
        noisy = picture * moment.light + random.normal(0, 2, picture.shape)
        pictures.append(np.clip(noisy, 0, 255).astype(np.uint8))
    clips.encode(path, pictures, rate=RATE)
    return path


def _paint(picture: Rgb, figure: Figure, seconds: float) -> None:
    """Head, body and two legs that walk, in the figure's colours."""
    gone = seconds - figure.since
    if gone < 0:
        return
    x, y = (start + speed * gone for start, speed in zip(figure.start, figure.speed, strict=True))
    colours = np.random.default_rng(figure.seed).integers(10, 245, (3, 3)).tolist()
    tall, step = figure.height, np.sin(gone * 6)
    body = (round(x), round(y - tall * 0.1)), (max(1, round(tall * 0.13)), max(1, round(tall * 0.23)))
    cv2.ellipse(picture, *body, 0, 0, 360, colours[0], -1)
    cv2.circle(picture, (round(x), round(y - tall * 0.4)), max(1, round(tall * 0.1)), colours[1], -1)
    for side in (-1, 1):
        foot = round(x + side * step * tall * 0.15), round(y + tall * 0.5)
        cv2.line(picture, (round(x), round(y + tall * 0.08)), foot, colours[2], max(1, round(tall * 0.08)))


def taken(moment: Moment) -> dict[str, Seen]:
    """The hashes of a moment's clip, and of each copy by what became of it."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        source = draw(moment, Path(folder) / "source.mp4")
        made = {
            name: seen(copy(source, Path(folder) / "copy.mp4", change)) for name, change in CHANGES.items()
        }
        return made | {"source": seen(source)}


def rate(hit: Sequence[bool]) -> dict[str, Any]:
    low, high = wilson(sum(hit), len(hit))
    return {"matched": sum(hit), "of": len(hit), "interval": [round(low, 4), round(high, 4)]}


def summary(found: Sequence[Alignment]) -> dict[str, Any]:
    shares = np.percentile([one.share for one in found], QUANTILES).round(2).tolist()
    percentiles = {str(q): share for q, share in zip(QUANTILES, shares, strict=True)}
    return rate([one.same_moment for one in found]) | {"share": percentiles}


def by_height(made: Sequence[Moment], found: Sequence[Alignment]) -> dict[str, Any]:
    """The rate for small (under 0.35 of the picture), middle and tall (from 0.65) figures."""
    bounds = {"small": (0, 0.35), "middle": (0.35, 0.65), "tall": (0.65, 9)}
    return {
        name: rate(
            [one.same_moment for moment, one in zip(made, found, strict=True) if low <= moment.tallest < high]
        )
        for name, (low, high) in bounds.items()
    }


def copies(made: Sequence[Moment], clips_seen: Sequence[dict[str, Seen]]) -> dict[str, Any]:
    result = {}
    for name in CHANGES:
        found = [clip[name].recognised_as(clip["source"]) for clip in clips_seen]
        plain = [align(clip[name].hashes, clip["source"].hashes) for clip in clips_seen]
        uncut = [recognise(clip[name].hashes, clip["source"].hashes) for clip in clips_seen]
        result[name] = summary(found) | {
            "by_height": by_height(made, found),
            "not_mirrored": summary(plain),
            "not_uncropped": summary(uncut),
        }
    return result


def others(made: Sequence[Moment], clips_seen: Sequence[dict[str, Seen]]) -> dict[str, Any]:
    """Clips that are no copies of each other, by how alike they are; each as it is and as a bad copy."""
    kinds: dict[str, list[tuple[Seen, Seen]]] = {
        "the same again": [],
        "other moments of the camera": [],
        "other cameras": [],
    }
    for (a, one), (b, other) in combinations(zip(made, clips_seen, strict=True), 2):
        if a.camera != b.camera:
            kind = "other cameras"
        else:
            kind = "the same again" if a.number // 2 == b.number // 2 else "other moments of the camera"
        kinds[kind] += [(one["source"], other["source"]), (one["trimmed, small and bad"], other["source"])]
    return {
        kind: summary([copy.recognised_as(known) for copy, known in pairs])
        | {
            "not_mirrored": summary([align(copy.hashes, known.hashes) for copy, known in pairs]),
            "not_uncropped": summary([recognise(copy.hashes, known.hashes) for copy, known in pairs]),
        }
        for kind, pairs in kinds.items()
    }


def lists(made: Sequence[Moment], clips_seen: Sequence[dict[str, Seen]]) -> dict[str, Any]:
    """Each copy against a list of its own source's pictures, and each clip against lists of other clips' pictures."""
    result = {
        name: rate([_held(clip[name], [clip["source"].hashes]) for clip in clips_seen]) for name in CHANGES
    }
    cameras = {moment.camera for moment in made}
    bank = {
        camera: [
            clip["source"].hashes
            for moment, clip in zip(made, clips_seen, strict=True)
            if moment.camera == camera
        ]
        for camera in cameras
    }
    result["clips of other cameras"] = rate(
        [
            _held(clip["source"], [block for camera in cameras - {moment.camera} for block in bank[camera]])
            for moment, clip in zip(made, clips_seen, strict=True)
        ]
    )
    result["other moments of the camera"] = rate(
        [
            _held(
                clip["source"], [block for block in bank[moment.camera] if block is not clip["source"].hashes]
            )
            for moment, clip in zip(made, clips_seen, strict=True)
        ]
    )
    return result


def _held(clip: Seen, bank: Sequence[Hashes]) -> bool:
    return is_known(hits_either_way(clip.hashes, bank)) or is_known(crop_hits(clip.hashes, clip.crops, bank))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("--cameras", 10), ("--moments", 10), ("--seed", 1)):
        parser.add_argument(name, type=int, default=default)
    options = parser.parse_args()
    made = moments(options.cameras, options.moments, options.seed)
    with ProcessPoolExecutor(2) as pool:
        clips_seen = list(pool.map(taken, made))
    result = {
        "clips": len(made),
        "same_moment": SAME_MOMENT,
        "copies": copies(made, clips_seen),
        "others": others(made, clips_seen),
        "lists": lists(made, clips_seen),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

"""Pieces of footage that show a face well, as the conditions begin with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from annotations.vision.boxes import Box
from annotations.vision.limits import ANY_SIZE
from annotations.vision.video.decode import decode
from benchmarks.conditions.truth import Matrix, Polygon, Rgb, mapped, moved, polygon_of
from benchmarks.variations import read_references

MOST_WIDTH = 640
"""Pixels; wider footage is scaled down."""
MOST_RATE = 16.0
"""Frames a second; of faster footage every second frame is read, every third, and so on."""
MOST_FRAMES = 330
"""That are read of one file: memory stays small, and long footage repeats itself."""
MOST_ENLARGED = 3.0
"""Times: small faces of the footage become no larger than this, or they would be nothing but blur."""
SIZES = ((640, 480), (640, 352), (480, 272), (480, 368), (368, 480), (320, 240))
"""Of the clips. Multiples of 16, as deface changes the size of others."""
FRAMES = 30
"""Of a clip, about two seconds."""


SHORT_TRACK = 10
"""Frames; shorter tracks are taken only where there is no other."""


@dataclass(frozen=True)
class Source:
    """A file of footage: its pictures, frames a second, and its reference tracks (frame number -> face box)."""

    name: str
    pictures: Sequence[Rgb]
    rate: float
    tracks: Sequence[dict[int, Box]]


@dataclass(frozen=True)
class Scene:
    """A clip before it is written: of which sources, its pictures, frames a second, and by frame the outlines of
    the faces and of the bodies of people whose head cannot be seen."""

    source: str
    pictures: Sequence[Rgb]
    rate: float
    faces: Sequence[Sequence[Polygon]]
    bodies: Sequence[Sequence[Polygon]] = field(default=())

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pictures[0].shape[:2]
        return width, height

    def repainted(self, paint: Callable[[Rgb, int], Rgb]) -> "Scene":
        """The same faces in other colours: `paint` is given a picture and its number."""
        return replace(
            self, pictures=[paint(picture, number) for number, picture in enumerate(self.pictures)]
        )


def read_source(file: Path) -> Source:
    """The pictures and reference tracks of a clip, at most 640 pixels wide and about 15 frames a second."""
    frames = decode(str(file), ANY_SIZE)
    pictures: list[Rgb] = []
    factor, rate, step = 1.0, 0.0, 1
    for frame in frames:
        if frame.index == 0:
            rate = float(frame.nominal_rate or 25)
            step = int(np.ceil(rate / MOST_RATE))
        if frame.index % step:
            continue
        picture = frame.rgb()
        factor = min(1.0, MOST_WIDTH / picture.shape[1])
        pictures.append(_scaled(picture, factor))
        if len(pictures) == MOST_FRAMES:
            break
    tracks = [
        {
            int(number) // step: (box[0] * factor, box[1] * factor, box[2] * factor, box[3] * factor)
            for number, box in track.items()
            if int(number) % step == 0 and int(number) // step < len(pictures)
        }
        for track in read_references(file)
    ]
    return Source(file.stem, pictures, rate / step, tracks)


def _scaled(picture: Rgb, factor: float) -> Rgb:
    if factor == 1.0:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True)
class Shot:
    """One face through some time of the footage: numbers of frames, and the box of that face on each."""

    source: Source
    frames: Sequence[int]
    boxes: Sequence[Box]

    def faces(self) -> list[list[Polygon]]:
        """The outlines of all known faces on these frames, the shot's own first."""
        found = []
        for number, own in zip(self.frames, self.boxes, strict=True):
            boxes = [track[number] for track in self.source.tracks if number in track]
            found.append([polygon_of(box) for box in sorted(boxes, key=lambda box: box != own)])
        return found

    @property
    def middle(self) -> tuple[float, float]:
        """The mean middle of the face."""
        x, y, width, height = np.mean(self.boxes, axis=0)
        return float(x + width / 2), float(y + height / 2)

    @property
    def height(self) -> float:
        """The mean height of the face, in pixels."""
        return float(np.mean([box[3] for box in self.boxes]))

    def where_large(self) -> "Shot":
        """As many frames, of those on which the face is larger than on half of them."""
        order = np.argsort([box[3] for box in self.boxes], kind="stable")[len(self.boxes) // 2 :]
        kept = [int(index) for index in np.sort(order)]
        kept = (kept + kept[-2:0:-1]) * 2
        kept = kept[: len(self.frames)]
        return Shot(self.source, [self.frames[n] for n in kept], [self.boxes[n] for n in kept])


def shot(source: Source, rng: Generator, count: int = FRAMES, step: int = 1) -> Shot:
    """So many frames of a track, every `step`-th; a short track runs forwards and backwards."""
    track = source.tracks[_weighted(source, rng)]
    numbers = sorted(track)
    first = int(rng.integers(0, max(1, len(numbers) - count * step + 1)))
    window = numbers[first : first + count * step]
    there_and_back = window + window[-2:0:-1]
    frames = [there_and_back[index * step % len(there_and_back)] for index in range(count)]
    return Shot(source, frames, [track[number] for number in frames])


def _weighted(source: Source, rng: Generator) -> int:
    """A track, long ones more often."""
    lengths = np.array([len(track) for track in source.tracks], float)
    if lengths.max() > SHORT_TRACK:
        lengths[lengths <= SHORT_TRACK] = 0
    return int(rng.choice(len(lengths), p=lengths / lengths.sum()))


def framed(piece: Shot, size: tuple[int, int], face_height: float, rng: Generator) -> Scene:
    """The shot in a picture of this size: the face about so high, somewhere near the middle."""
    width, height = size
    across, down = piece.source.pictures[0].shape[1], piece.source.pictures[0].shape[0]
    factor = min(face_height / piece.height, MOST_ENLARGED)
    factor = max(factor, width / across, height / down)
    x, y = np.array(piece.middle) * factor - np.array(size) * rng.uniform((0.35, 0.3), (0.65, 0.55))
    x, y = np.clip((x, y), 0, (across * factor - width, down * factor - height))
    matrix = np.array([[factor, 0, -x], [0, factor, -y]])
    return seen(piece, size, [matrix] * len(piece.frames))


def seen(piece: Shot, size: tuple[int, int], matrices: Sequence[Matrix]) -> Scene:
    """The shot under an affine map of each frame, with a blurred ground where the footage has no pixels."""
    pictures = [
        warp(piece.source.pictures[number], matrix, size)
        for number, matrix in zip(piece.frames, matrices, strict=True)
    ]
    faces = mapped(piece.faces(), lambda face, number: moved(face, matrices[number]))
    return Scene(piece.source.name, pictures, piece.source.rate, faces)


def warp(picture: Rgb, matrix: Matrix, size: tuple[int, int]) -> Rgb:
    """The picture under an affine map; beyond its border is what the border shows, blurred."""
    factor = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if factor < 0.8:
        # Or fine detail would flicker.
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 / factor), np.uint8)
    # Pixel n covers n to n + 1, while OpenCV counts from the middle of pixels.
    centred = matrix.copy()
    centred[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    warped = cv2.warpAffine(picture, centred, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    known = cv2.warpAffine(np.ones(picture.shape[:2], np.uint8), centred, size, flags=cv2.INTER_NEAREST)
    return with_ground(np.asarray(warped, np.uint8), np.asarray(known, np.uint8))


def with_ground(picture: Rgb, known: Rgb) -> Rgb:
    """The picture with what is not known of it (`known` is 0) replaced by its own blur."""
    if known.all():
        return picture
    blurred = cv2.GaussianBlur(picture, (0, 0), 20)
    return np.where(known[:, :, np.newaxis] > 0, picture, blurred).astype(np.uint8)

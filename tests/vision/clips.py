"""Clips made on the spot: a public-domain portrait that moves over a textured background."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from annotations.vision.models import locate

# In the portrait of 512 x 512: what is cut out, and the face box (forehead to chin) in it.
HEAD = (150, 0, 300, 230)  # x0, y0, x1, y1
FACE = (183, 64, 80, 110)  # x, y, width, height

Rgb = NDArray[np.uint8]
Path2D = Callable[[int], tuple[float, float, float] | None]
"""Frame number to the centre of the face and its height in pixels, or None while nobody is there."""


@dataclass(frozen=True)
class Scene:
    """A generated clip: its file and the face boxes that were drawn, by frame."""

    path: Path
    faces: dict[int, list[Box]]
    pictures: list[Rgb]


@cache
def portrait() -> Rgb:
    picture = cv2.imread(str(locate("portrait")))
    return np.ascontiguousarray(np.asarray(picture, np.uint8)[:, :, ::-1])


def background(width: int, height: int, seed: int = 1) -> Rgb:
    """A room of soft colours with some texture, and nothing that looks like a face."""
    random = np.random.default_rng(seed)
    coarse = random.integers(60, 190, (max(2, height // 60), max(2, width // 60), 3)).astype(np.uint8)
    room = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    room += random.integers(-6, 7, room.shape).astype(np.int16)
    return np.clip(room, 0, 255).astype(np.uint8)


def paste_head(picture: Rgb, x: float, y: float, face_height: float) -> Box:
    """Draw the portrait's head, its face centred at (x, y), and return the face box."""
    x0, y0, x1, y1 = HEAD
    factor = face_height / FACE[3]
    head = portrait()[y0:y1, x0:x1]
    size = max(2, round(head.shape[1] * factor)), max(2, round(head.shape[0] * factor))
    small = cv2.resize(head, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    opaque = np.zeros(small.shape[:2], np.float32)
    cv2.ellipse(
        opaque, (size[0] // 2, size[1] // 2), (size[0] * 46 // 100, size[1] * 49 // 100), 0, 0, 360, 1.0, -1
    )
    left = round(x - (FACE[0] - x0 + FACE[2] / 2) * factor)
    top = round(y - (FACE[1] - y0 + FACE[3] / 2) * factor)
    height, width = picture.shape[:2]
    a, b = max(0, left), max(0, top)
    c, d = min(width, left + size[0]), min(height, top + size[1])
    if c > a and d > b:
        part = (slice(b - top, d - top), slice(a - left, c - left))
        share = opaque[part][..., np.newaxis]
        under = picture[b:d, a:c].astype(np.float32)
        picture[b:d, a:c] = np.rint(share * small[part] + (1 - share) * under).astype(np.uint8)
    return left + (FACE[0] - x0) * factor, top + (FACE[1] - y0) * factor, FACE[2] * factor, FACE[3] * factor


def paste_portrait(picture: Rgb, left: int, top: int, side: int) -> Box:
    """Draw the whole portrait as a square, all of it inside the picture, and return the face box."""
    small = cv2.resize(portrait(), (side, side), interpolation=cv2.INTER_AREA)
    picture[top : top + side, left : left + side] = small
    x, y, across, down = (value * side / 512 for value in FACE)
    return left + x, top + y, across, down


def softened(picture: Rgb, random: np.random.Generator) -> Rgb:
    """As a cheap camera without much light shows it: flat, blurred and noisy. Upright faces are still found."""
    flat = 110 + (cv2.GaussianBlur(picture, (0, 0), 1.5) - 110.0) * 0.3
    return np.clip(flat + random.normal(0, 8, picture.shape), 0, 255).astype(np.uint8)


def scene(
    path: Path,
    *,
    width: int = 320,
    height: int = 240,
    frames: int = 30,
    rate: int = 15,
    people: Sequence[Path2D] = (),
    seed: int = 1,
    **encoding: object,
) -> Scene:
    """Draw and encode a clip; `encoding` goes to `encode`."""
    room = background(width, height, seed)
    pictures, faces = [], {}
    for number in range(frames):
        picture = room.copy()
        boxes = [paste_head(picture, *place) for person in people if (place := person(number)) is not None]
        if boxes:
            faces[number] = boxes
        pictures.append(picture)
    encode(path, pictures, rate=rate, **encoding)  # type: ignore[arg-type]
    return Scene(path, faces, pictures)


def encode(
    path: Path,
    pictures: Sequence[Rgb],
    *,
    rate: int = 15,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    rotation: int = 0,
    matrix: tuple[int, int, int, int] | None = None,
    times: Sequence[float] | None = None,
    sound: bool = False,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> None:
    """Write pictures as a video. `times` (seconds) makes the rate variable; `matrix` is a, b, c, d of the display
    matrix, in whole numbers."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        container.metadata.update(metadata or {})
        chosen = (
            options
            if options is not None
            else ({"preset": "veryfast", "crf": "18"} if codec == "libx264" else {})
        )
        stream = cast(VideoStream, container.add_stream(codec, rate=rate, options=chosen))
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.thread_count = 1
        if times is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        if matrix is not None:
            a, b, c, d = (value << 16 for value in matrix)
            stream.set_display_matrix((a, b, 0, c, d, 0, 0, 0, 1 << 30))
        tone = container.add_stream("aac", rate=16000, layout="mono") if sound else None
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times is None:
                frame.pts, frame.time_base = number, Fraction(1, rate)
            else:
                frame.pts, frame.time_base = round(times[number] * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if tone is not None:
            samples = (np.sin(np.arange(16000) / 20) * 8000).astype(np.int16)[np.newaxis]
            sounding = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            sounding.sample_rate = 16000
            container.mux(tone.encode(sounding))
            container.mux(tone.encode())


def standing(x: float, y: float, face_height: float) -> Path2D:
    return walking(x, y, face_height, 0)


def walking(
    x: float, y: float, face_height: float, speed: float, first: int = 0, last: int = 10**6
) -> Path2D:
    """Moves `speed` pixels a frame to the right; there from frame `first` to `last`."""
    return lambda number: (x + speed * (number - first), y, face_height) if first <= number <= last else None

"""The footage, varied: what holds only for the clips as they are was tuned to them.

Each variation is a clip of its own with reference boxes moved along; `benchmarks/redaction.py --variations` hides the
faces in it and counts the boxes that are not covered.
"""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from annotations.vision.boxes import Box, covered
from annotations.vision.faces import FaceDetector
from annotations.vision.job import Job
from annotations.vision.limits import ANY_SIZE
from annotations.vision.obscure import hidden_mask
from annotations.vision.redact import redact
from annotations.vision.report import Report
from annotations.vision.scoring import COVERED_SHARE, report_boxes
from annotations.vision.video.decode import decode

Rgb = NDArray[np.uint8]
Boxes = dict[int, list[Box]]


@dataclass(frozen=True)
class Variation:
    """How pictures change, which frames are taken (of how many, in which order), and what becomes of a box in a
    picture of a width; `factor` is the change of size, `slower` that of the frame rate."""

    name: str
    picture: Callable[[Rgb, int], Rgb] = lambda picture, _: picture
    frames: Callable[[int], Sequence[int]] = range
    factor: float = 1.0
    slower: int = 1
    mirrored: bool = False


def _darker(picture: Rgb, _: int) -> Rgb:
    levels = (0.6 * 255 * (np.arange(256) / 255) ** 1.8).astype(np.uint8)
    return np.asarray(levels[picture], np.uint8)


def _noisy(picture: Rgb, number: int) -> Rgb:
    noise = np.random.default_rng(number).normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _grey(picture: Rgb, _: int) -> Rgb:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def _blurred(picture: Rgb, _: int) -> Rgb:
    """As by a camera or a head that moves seven pixels sideways while the shutter is open."""
    return np.asarray(cv2.blur(picture, (7, 1)), np.uint8)


VARIATIONS = (
    Variation("as it is"),
    Variation("mirrored", picture=lambda picture, _: np.ascontiguousarray(picture[:, ::-1]), mirrored=True),
    Variation("backwards", frames=lambda count: range(count - 1, -1, -1)),
    Variation("half the rate", frames=lambda count: range(0, count, 2), slower=2),
    Variation("half the size", factor=0.5),
    Variation("twice the size", factor=2.0),
    Variation("darker", picture=_darker),
    Variation("noisy", picture=_noisy),
    Variation("a frame later", frames=lambda count: range(1, count)),
    Variation("two frames later", frames=lambda count: range(2, count)),
    Variation("three frames later", frames=lambda count: range(3, count)),
    Variation("grey", picture=_grey),
    Variation("moved while exposed", picture=_blurred),
)


@dataclass(frozen=True)
class Footage:
    """A clip as it is: its pictures, frames a second, and reference tracks (frame number as text -> box)."""

    pictures: Sequence[Rgb]
    rate: Fraction
    references: Sequence[dict[str, list[float]]]


def sweep(
    source: Path, references: Sequence[dict[str, list[float]]], detector: FaceDetector
) -> list[dict[str, Any]]:
    """For each variation of a clip: boxes, exposed boxes, the least covered share, what is hidden."""
    pictures = [frame.rgb() for frame in decode(str(source), ANY_SIZE)]
    with av.open(str(source)) as container:
        rate = Fraction(container.streams.video[0].average_rate or 25)
    footage = Footage(pictures, rate, references)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        varied = Path(name) / "varied.mp4"
        for variation in VARIATIONS:
            wanted = _vary(variation, footage, varied)
            job = Job(str(varied), str(Path(name) / "out.mp4"), detector=detector, limits=ANY_SIZE)
            rows.append({"variation": variation.name, **_measure(redact(job), wanted)})
    return rows


def _vary(variation: Variation, footage: Footage, target: Path) -> Boxes:
    """Write the varied clip; where its faces are."""
    frames = list(variation.frames(len(footage.pictures)))
    height, width = (round(side * variation.factor) // 2 * 2 for side in footage.pictures[0].shape[:2])
    wanted: Boxes = {}
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=footage.rate / variation.slower, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, index in enumerate(frames):
            picture = variation.picture(footage.pictures[index], index)
            if variation.factor != 1:
                picture = np.asarray(
                    cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8
                )
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            tracks = [track for track in footage.references if str(index) in track]
            wanted[number] = [_moved(track[str(index)], variation, width) for track in tracks]
        container.mux(stream.encode())
    return wanted


def _measure(report: Report, wanted: Boxes) -> dict[str, Any]:
    """How much of the wanted boxes a pass with this report hides."""
    hidden = report_boxes(report)
    width, height = report["source"]["width"], report["source"]["height"]
    shares, hidden_shares = [], []
    for number, boxes in wanted.items():
        mask = hidden_mask(hidden.get(number, ()), width, height)
        hidden_shares.append(float(mask.mean()))
        shares += [covered(box, mask) for box in boxes]
    return {
        "boxes": len(shares),
        "exposed": sum(share < COVERED_SHARE for share in shares),
        "least_covered": round(min(shares, default=1.0), 3),
        "hidden_percent": round(100 * float(np.mean(hidden_shares)), 3),
        "held": bool(report["residual"]["exposed"]),
        "tracks": len(report["tracks"]),
    }


def _moved(box: Sequence[float], variation: Variation, width: int) -> Box:
    x, y, across, down = (value * variation.factor for value in box)
    return (width - x - across if variation.mirrored else x), y, across, down


def read_references(source: Path) -> list[dict[str, list[float]]]:
    """The reference tracks of a clip, none where there is no file of them."""
    file = source.parent / "faces" / f"{source.stem}.json"
    tracks: list[dict[str, list[float]]] = json.loads(file.read_text())["tracks"] if file.exists() else []
    return tracks


def clips_in(given: Sequence[Path]) -> list[Path]:
    """The given clips, and those of the given folders."""
    return [clip for path in given for clip in (sorted(path.glob("*.mp4")) if path.is_dir() else [path])]

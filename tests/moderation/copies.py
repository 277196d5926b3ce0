"""Fingerprints of clips, and the copies that people make of clips."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from annotations.moderation.near_duplicates import Hashes, packed, unpacked
from annotations.vision.faces import working_size
from annotations.vision.fingerprint import Sampler
from annotations.vision.limits import ANY_SIZE
from annotations.vision.report import FingerprintReport
from annotations.vision.video.decode import decode
from annotations.vision.video.probe import probe


def fingerprint(path: Path) -> FingerprintReport:
    """As the pass makes it."""
    rate, times = probe(str(path), ANY_SIZE).frame_rate, []
    with ThreadPoolExecutor(2) as pool:
        sampler, scaler = Sampler(pool, rate), VideoReformatter()
        for decoded in decode(str(path), ANY_SIZE):
            size = working_size(decoded.geometry.width, decoded.geometry.height, 32)
            sampler.add(decoded.index, decoded.scaled(*size, scaler))
            times.append(decoded.index / rate)
        return sampler.report(times)


def hashes(path: Path) -> Hashes:
    return unpacked(packed(fingerprint(path)["hashes"]))


@dataclass(frozen=True)
class Change:
    """What became of a copy. `start` and `end` are in seconds, `bars` in pixels, `crf` is x264's, `crop` the share of
    the width and of the height that is cut off, half of it on each side; `stamp` burns a date and time in."""

    scale: float = 1.0
    crf: int = 23
    gain: float = 1.0
    offset: float = 0.0
    start: float = 0.0
    end: float = 1e9
    bars: int = 0
    mirrored: bool = False
    crop: float = 0.0
    stamp: bool = False


CHANGES = {
    "coded again": Change(),
    "half the size": Change(scale=0.5),
    "three quarters of the size": Change(scale=0.75),
    "coded badly": Change(crf=38),
    "brighter": Change(gain=1.2, offset=15),
    "darker": Change(gain=0.6),
    "letter-boxed": Change(bars=60),
    "mirrored": Change(mirrored=True),
    "cropped by 5 %": Change(crop=0.05),
    "cropped by 10 %": Change(crop=0.1),
    "a time stamp burned in": Change(stamp=True),
    "trimmed": Change(start=1.13),
    "trimmed, small and bad": Change(scale=0.5, crf=35, start=1.13),
}


def copy(source: Path, target: Path, change: Change) -> Path:
    """`target`, made of `source`."""
    rate = probe(str(source), ANY_SIZE).frame_rate
    with av.open(str(target), "w") as container:
        stream: VideoStream | None = None
        for decoded in decode(str(source), ANY_SIZE):
            if not change.start <= decoded.index / rate < change.end:
                continue
            picture = _changed(decoded.rgb(), change, decoded.index / rate)
            if stream is None:
                options = {"crf": str(change.crf), "preset": "superfast"}
                nominal = Fraction(rate).limit_denominator(1000)
                stream = container.add_stream("libx264", rate=nominal, options=options)
                stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        assert stream is not None
        container.mux(stream.encode(None))
    return target


def _changed(picture: np.ndarray, change: Change, seconds: float) -> np.ndarray:
    if change.mirrored:
        picture = picture[:, ::-1]
    if change.crop:
        down, across = (round(side * change.crop / 2) for side in picture.shape[:2])
        picture = picture[down : picture.shape[0] - down, across : picture.shape[1] - across]
    height, width = picture.shape[:2]
    if change.stamp:
        picture, size = np.ascontiguousarray(picture), height / 400
        place, text = (width // 50, height - height // 30), f"2026-03-14 15:09:{seconds:05.2f}"
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 1)
    size = int(width * change.scale) // 2 * 2, int(height * change.scale) // 2 * 2
    if size != (width, height):
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    if (change.gain, change.offset) != (1, 0):
        lit = picture.astype(np.float32) * change.gain + change.offset
        picture = np.clip(lit, 0, 255).astype(np.uint8)
    if change.bars:
        bars = change.bars, change.bars, 0, 0
        picture = np.asarray(cv2.copyMakeBorder(picture, *bars, cv2.BORDER_CONSTANT), np.uint8)
    return np.ascontiguousarray(picture)

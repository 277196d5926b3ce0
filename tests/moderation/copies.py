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

from annotations.moderation.cropped import crops_of, recognise_crop
from annotations.moderation.near_duplicates import Alignment, Hashes, packed, recognise, unpacked
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
    return seen(path).hashes


@dataclass(frozen=True)
class Seen:
    """A clip's hashes, and those that it would have if it was cropped, by the crop."""

    hashes: Hashes
    crops: list[Hashes]

    def recognised_as(self, known: "Seen") -> Alignment:
        """How well it agrees with a known clip, as a copy or as a crop."""
        whole = recognise(self.hashes, known.hashes)
        if whole.same_moment:
            return whole
        return max(whole, recognise_crop(self.hashes, self.crops, known.hashes), key=Alignment.rank)


def seen(path: Path) -> Seen:
    made = fingerprint(path)
    return Seen(unpacked(packed(made["hashes"])), crops_of(packed(made["uncropped"]), len(made["hashes"])))


@dataclass(frozen=True)
class Change:
    """What became of a copy. `start` and `end` are in seconds, `bars` in pixels, `crf` is x264's, `crop` the shares
    that are cut off at the left, the top, the right and the bottom; `stamp` burns a date and time in."""

    scale: float = 1.0
    crf: int = 23
    gain: float = 1.0
    offset: float = 0.0
    start: float = 0.0
    end: float = 1e9
    bars: int = 0
    mirrored: bool = False
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    stamp: bool = False


def _centred(share: float) -> Change:
    return Change(crop=(share / 2,) * 4)


CROPS = {
    "cropped by 2 %": _centred(0.02),
    "cropped by 5 %": _centred(0.05),
    "cropped by 8 %": _centred(0.08),
    "cropped by 10 %": _centred(0.1),
    "5 % cut off the right": Change(crop=(0, 0, 0.05, 0)),
    "8 % cut off the left": Change(crop=(0.08, 0, 0, 0)),
    "10 % cut off the bottom": Change(crop=(0, 0, 0, 0.1)),
    "10 % cut off left and right": Change(crop=(0.05, 0, 0.05, 0)),
    "5 % cut off the top and the left": Change(crop=(0.05, 0.05, 0, 0)),
    "10 % cut off the bottom and the right": Change(crop=(0, 0, 0.1, 0.1)),
    "cropped by 7 %, off-centre": Change(crop=(0.02, 0.05, 0.05, 0.02)),
    "cropped by 10 %, off-centre": Change(crop=(0.07, 0.03, 0.03, 0.07)),
    "cropped by 5 %, small and bad": Change(crop=(0.025,) * 4, scale=0.5, crf=35),
    "cropped by 8 %, mirrored and trimmed": Change(crop=(0.04,) * 4, mirrored=True, start=1.13),
}
"""The shares in the names are of the width and of the height, both sides together."""
CHANGES = {
    "coded again": Change(),
    "half the size": Change(scale=0.5),
    "three quarters of the size": Change(scale=0.75),
    "coded badly": Change(crf=38),
    "brighter": Change(gain=1.2, offset=15),
    "darker": Change(gain=0.6),
    "letter-boxed": Change(bars=60),
    "mirrored": Change(mirrored=True),
    **CROPS,
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
    height, width = picture.shape[:2]
    left, top, right, bottom = (
        round(share * side) for share, side in zip(change.crop, (width, height) * 2, strict=True)
    )
    picture = picture[top : height - bottom, left : width - right]
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

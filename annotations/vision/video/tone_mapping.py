"""HDR pictures (ITU-R BT.2100: PQ and HLG) as SDR ones (BT.709), for eyes, models and browsers that know no other.

The signal becomes light of a display of 1,000 cd/m2; that is compressed to 100 cd/m2 by the curve of ITU-R BT.2390
(5.4.1, "EETF") on each of red, green and blue; the colours go from BT.2020 to BT.709 (ITU-R BT.2087), what lies outside
is cut off; and the light is coded for a display of BT.1886. Diffuse white (203 cd/m2, BT.2408) comes out at 95 %.
"""

from functools import cache

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter
from numpy.typing import NDArray

Values = NDArray[np.float64]

PQ, HLG = 16, 18
"""Transfer characteristics (ITU-T H.273, table 3)."""
NAMES = {PQ: "pq", HLG: "hlg"}
BT709 = 1
"""Primaries, transfer and matrix of an SDR picture (ITU-T H.273, tables 2 to 4)."""
BT709_MATRIX, BT601_MATRICES, P3_PRIMARIES = 1, (5, 6), (11, 12)
LIMITED_RANGE = 1

SOURCE_PEAK, TARGET_PEAK = 1000.0, 100.0
"""cd/m2. Phones master at about 1,000; what is brighter is as bright as that."""
SYSTEM_GAMMA = 1.2
"""Of HLG, for a display of 1,000 cd/m2 (BT.2100, table 5)."""
STEPS = 1 << 16
"""Entries of a table."""

TO_BT709 = {
    "bt2020": (
        (1.660491, -0.587641, -0.072850),
        (-0.124550, 1.132900, -0.008349),
        (-0.018151, -0.100579, 1.118730),
    ),
    "p3": ((1.224940, -0.224940, 0.0), (-0.042057, 1.042057, 0.0), (-0.019638, -0.078636, 1.098274)),
}
"""Matrices between linear colours, by the primaries they lead from (BT.2020: BT.2087; P3 with white D65)."""
LUMINANCE = (0.2627, 0.6780, 0.0593)
"""Of red, green and blue (BT.2100, table 5)."""


def pq_light(signal: Values) -> Values:
    """Light in cd/m2 of a PQ signal from 0 to 1 (BT.2100, table 4: the EOTF)."""
    power = np.power(signal, 1 / (2523 / 4096 * 128))
    top = np.maximum(power - 3424 / 4096, 0)
    return np.asarray(10_000 * np.power(top / (2413 / 128 - 2392 / 128 * power), 16384 / 2610), np.float64)


def pq_signal(light: Values) -> Values:
    """The PQ signal from 0 to 1 of light in cd/m2: the inverse of `pq_light`."""
    power = np.power(np.asarray(light) / 10_000, 2610 / 16384)
    ratio = (3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)
    return np.asarray(np.power(ratio, 2523 / 4096 * 128), np.float64)


def hlg_scene_light(signal: Values) -> Values:
    """Light of the scene, 0 to 1, of an HLG signal from 0 to 1 (BT.2100, table 5: the inverse OETF)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, np.square(signal) / 3, (np.exp((signal - c) / a) + b) / 12)


def compressed(light: Values) -> Values:
    """Light of a display of SOURCE_PEAK as one of TARGET_PEAK shows it; both in cd/m2, and black is 0.

    BT.2390, 5.4.1: unchanged up to a knee, then a Hermite spline to the peak, in PQ signals over that of the source's.
    """
    peak = pq_signal(np.array(SOURCE_PEAK))
    target = pq_signal(np.array(TARGET_PEAK)) / peak
    knee = 1.5 * target - 0.5
    given = np.minimum(pq_signal(light) / peak, 1)
    t = np.maximum(given - knee, 0) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * target
    )
    return pq_light(np.where(given < knee, given, spline) * peak)


def is_hdr(frame: VideoFrame) -> bool:
    """Whether the frame's tags say PQ or HLG."""
    return frame.color_trc in NAMES


class ToneMapper:
    """Maps frames of one clip; keeps what is costly to set up."""

    def __init__(self) -> None:
        self._in, self._out = VideoReformatter(), VideoReformatter()

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """The frame as YUV 4:2:0 of 8 bits with BT.709 colours, and tags that say so; its stamps are not kept."""
        signal = self._in.reformat(frame, format="rgb48le", src_colorspace=_matrix_of(frame)).to_ndarray()
        light = _displayed(np.asarray(signal, np.uint16), frame.color_trc)
        matrix = TO_BT709.get(_primaries_of(frame))
        if matrix is not None:
            light = np.asarray(cv2.transform(light, np.array(matrix, np.float32)), np.float32)
        coded = _coded_table()[_root_steps(light)]
        picture = VideoFrame.from_ndarray(coded, "rgb24")
        mapped = self._out.reformat(
            picture, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range="MPEG"
        )
        mapped.colorspace, mapped.color_range = BT709, LIMITED_RANGE
        mapped.color_primaries, mapped.color_trc = BT709, BT709
        return mapped


def _displayed(signal: NDArray[np.uint16], transfer: int) -> NDArray[np.float32]:
    """Linear light of the SDR display, 0 to 1, in the colours of the signal."""
    if transfer == PQ:
        return _pq_table()[signal]
    scene = _hlg_table()[signal]
    luminance = cv2.transform(scene, np.array([LUMINANCE], np.float32))
    gain = np.power(np.maximum(luminance, 1e-9), SYSTEM_GAMMA - 1)
    return _compression_table()[_root_steps(scene * gain.reshape(*scene.shape[:2], 1))]


def _root_steps(light: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Places in a table over the square root of light from 0 to 1: fine where it is dark."""
    return np.asarray(np.sqrt(np.clip(light, 0, 1)) * (STEPS - 1) + 0.5, np.uint16)


@cache
def _pq_table() -> NDArray[np.float32]:
    return np.asarray(compressed(pq_light(np.linspace(0, 1, STEPS))) / TARGET_PEAK, np.float32)


@cache
def _hlg_table() -> NDArray[np.float32]:
    return np.asarray(hlg_scene_light(np.linspace(0, 1, STEPS)), np.float32)


@cache
def _compression_table() -> NDArray[np.float32]:
    light = np.square(np.linspace(0, 1, STEPS)) * SOURCE_PEAK
    return np.asarray(compressed(light) / TARGET_PEAK, np.float32)


@cache
def _coded_table() -> NDArray[np.uint8]:
    """Levels, by `_root_steps` of light, for a display whose light is the signal to the power of 2.4 (BT.1886)."""
    return np.asarray(np.linspace(0, 1, STEPS) ** (2 / 2.4) * 255 + 0.5, np.uint8)


def _matrix_of(frame: VideoFrame) -> Colorspace:
    if frame.colorspace == BT709_MATRIX:
        return Colorspace.ITU709
    return Colorspace.ITU601 if frame.colorspace in BT601_MATRICES else Colorspace.BT2020


def _primaries_of(frame: VideoFrame) -> str:
    if frame.color_primaries == BT709:
        return "bt709"
    return "p3" if frame.color_primaries in P3_PRIMARIES else "bt2020"

"""HDR signals become SDR levels as the recommendations say, and as another program does it."""

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc

from annotations.vision.video.tone_mapping import (
    HLG,
    PQ,
    ToneMapper,
    Values,
    compressed,
    hlg_scene_light,
    is_hdr,
    pq_light,
    pq_signal,
)


def flat(signal: int, transfer: int, colour: tuple[int, int] = (512, 512)) -> av.VideoFrame:
    """A picture of one colour: luma and chroma in ten bits, limited range, BT.2020."""
    planes = np.concatenate(
        [np.full(64 * 48, signal, np.uint16), *(np.full(64 * 48 // 4, value, np.uint16) for value in colour)]
    )
    frame = av.VideoFrame.from_ndarray(planes.reshape(72, 64), "yuv420p10le")
    frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range = transfer, 9, 9, 1
    return frame


def ramp(signals: Values) -> av.VideoFrame:
    """A grey PQ picture with these 64 signals from left to right."""
    planes = np.concatenate(
        [np.tile(np.round(signals).astype(np.uint16), 48), np.full(64 * 24, 512, np.uint16)]
    )
    frame = av.VideoFrame.from_ndarray(planes.reshape(72, 64), "yuv420p10le")
    frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range = PQ, 9, 9, 1
    return frame


def level(frame: av.VideoFrame) -> float:
    return float(frame.to_ndarray()[:48].mean())


@pytest.mark.parametrize(
    ("signal", "light"), [(0, 0), (0.508, 100), (0.581, 203), (0.752, 1000), (0.903, 4000), (1, 10_000)]
)
def test_pq_is_the_published_curve(signal: float, light: float) -> None:
    """Light that BT.2408 (table 1) and BT.2100 give for signals of so many per cent."""
    assert pq_light(np.array(signal)) == pytest.approx(light, rel=0.01, abs=1e-9)
    assert pq_signal(np.array(light)) == pytest.approx(signal, abs=0.001)


def test_hlg_is_the_published_curve() -> None:
    """BT.2100, table 5: a twelfth at half the signal; BT.2408: diffuse white, 203 cd/m2 of 1,000, at 75 %."""
    assert hlg_scene_light(np.array([0.5, 1.0])) == pytest.approx([1 / 12, 1], abs=1e-6)
    assert 1000 * hlg_scene_light(np.array(0.75)) ** 1.2 == pytest.approx(203, rel=0.01)


def test_the_curve_leaves_what_is_dark_and_keeps_order_up_to_the_peak() -> None:
    light = np.geomspace(0.01, 1000, 400)
    found = compressed(light)
    assert found[light < 25] == pytest.approx(light[light < 25], rel=1e-6)
    assert (np.diff(found) > 0).all()
    assert found[-1] == pytest.approx(100, rel=1e-4)
    assert compressed(np.array([203.0]))[0] == pytest.approx(88, abs=1)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_grey_becomes_the_grey_that_the_curves_give(transfer: int) -> None:
    for code in (64, 200, 350, 500, 600, 721, 940):
        signal = np.array((code - 64) / 876)
        light = pq_light(signal) if transfer == PQ else 1000 * hlg_scene_light(signal) ** 1.2
        expected = 16 + 219 * float(compressed(light) / 100) ** (1 / 2.4)
        mapped = ToneMapper()(flat(code, transfer))
        assert level(mapped) == pytest.approx(expected, abs=1.6), code
        assert mapped.format.name == "yuv420p"
        assert (mapped.color_trc, mapped.color_primaries, mapped.colorspace, mapped.color_range) == (
            1,
            1,
            1,
            1,
        )
        assert np.abs(mapped.to_ndarray()[48:].astype(int) - 128).max() <= 1  # grey stays grey
        assert not is_hdr(mapped)


def test_a_saturated_colour_keeps_its_hue() -> None:
    mapped = ToneMapper()(flat(400, PQ, (420, 640)))
    blue, green, red = mapped.to_ndarray(format="bgr24")[20, 20].astype(int)
    assert red > green > blue


@pytest.mark.long
def test_another_program_maps_to_the_same_order_and_nearly_the_same_levels() -> None:
    """FFmpeg's scaler has a spline of its own: both go from black to white, never far apart."""
    frame = ramp(np.linspace(64, 723, 64))  # to 1,000 cd/m2
    ours = ToneMapper()(frame).to_ndarray()[20].astype(float)
    tags = {"dst_color_trc": ColorTrc.BT709, "dst_color_primaries": ColorPrimaries.BT709}
    other = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, threads=1, **tags)
    others = other.to_ndarray()[20].astype(float)
    assert (np.diff(ours) >= 0).all()
    assert np.corrcoef(ours, others)[0, 1] > 0.98
    assert np.abs(ours - others).max() < 40


def test_a_picture_within_sdr_comes_back_as_it_was() -> None:
    """Up to the knee nothing is compressed: SDR levels sent through PQ by hand come out as they went in."""
    levels = np.linspace(0, 0.5, 64)  # signals of BT.1886 below 25 cd/m2
    light = 100 * levels**2.4
    found = ToneMapper()(ramp(64 + 876 * pq_signal(light))).to_ndarray()[20]
    assert np.abs(found - (16 + 219 * levels)).max() < 2

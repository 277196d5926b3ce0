"""PDQ against Meta's own program, and against what happens to copies.

`tests/spec/pdq.json` holds what `pdqhash` 0.2.8 (the binding of Meta's C++) gives for the pictures made here.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from annotations.vision.pdq import BITS, LEAST_QUALITY, Luma, pdq, without_letterbox

VECTORS = json.loads((Path(__file__).parents[1] / "spec" / "pdq.json").read_text())


def picture(width: int, height: int, seed: int, contrast: float) -> Luma:
    """Waves of many lengths: the same on every machine, whatever draws pictures there."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:height, 0:width]
    waves = np.zeros((height, width))
    for _ in range(12):
        a, b, phase = random.uniform(-9, 9, 3)
        waves += np.sin(2 * np.pi * (a * across / width + b * down / height) + phase)
    return np.clip(128 + contrast * waves, 0, 255).astype(np.uint8)


def distance(a: bytes, b: bytes) -> int:
    return int(np.unpackbits(np.frombuffer(a, np.uint8) ^ np.frombuffer(b, np.uint8)).sum())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['width']}x{v['height']}-{v['seed']}")
def test_the_hash_is_bit_for_bit_the_one_of_the_reference(vector: dict[str, object]) -> None:
    width, height, seed = (int(str(vector[name])) for name in ("width", "height", "seed"))
    found, quality = pdq(picture(width, height, seed, float(str(vector["contrast"]))))
    assert found.hex() == vector["hash"]
    assert quality == vector["quality"]


def test_the_vectors_cover_every_quality() -> None:
    qualities = {vector["quality"] for vector in VECTORS}
    assert min(qualities) < LEAST_QUALITY < max(qualities)


@pytest.mark.parametrize("seed", range(5))
def test_copies_stay_near_and_other_pictures_far(seed: int) -> None:
    original, other = picture(480, 288, seed, 18), picture(480, 288, seed + 100, 18)
    found = pdq(original)[0]
    half = np.asarray(cv2.resize(original, (240, 144), interpolation=cv2.INTER_AREA), np.uint8)
    brighter = np.clip(original * 0.8 + 30, 0, 255).astype(np.uint8)
    noisy = np.clip(original + np.random.default_rng(1).normal(0, 6, original.shape), 0, 255)
    for copy in (half, brighter, noisy.astype(np.uint8)):
        assert distance(found, pdq(copy)[0]) <= 31
    assert distance(found, pdq(other)[0]) > 80


def test_black_bars_are_taken_away_and_dark_pictures_left_as_they_are() -> None:
    made = picture(480, 288, 3, 18)
    made[made < 40] = 40
    barred = cv2.copyMakeBorder(made, 40, 40, 12, 12, cv2.BORDER_CONSTANT, value=(16,))
    assert np.array_equal(without_letterbox(np.asarray(barred, np.uint8)), made)
    night = np.full((288, 480), 18, np.uint8)
    night[100:110, 100:110] = 200
    assert without_letterbox(night) is night
    black = np.zeros((288, 480), np.uint8)
    assert without_letterbox(black) is black


def test_half_of_the_bits_are_set() -> None:
    bits = np.unpackbits(np.frombuffer(pdq(picture(480, 288, 9, 18))[0], np.uint8))
    assert bits.sum() == BITS // 2

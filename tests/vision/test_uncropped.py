"""The hashes that cropped pictures would have, against the hashes of the pictures that they were cut from."""

import cv2
import numpy as np
import pytest

from annotations.moderation.cropped import NEAR_UNCROPPED
from annotations.vision.pdq import Luma, decimated, hash_of
from annotations.vision.uncropped import COUNT, uncropped
from tests.vision import clips
from tests.vision.test_pdq import distance


def room(seed: int) -> Luma:
    return np.ascontiguousarray(clips.background(480, 288, seed)[..., 1])


def cut(whole: Luma, left: float, top: float, right: float, bottom: float) -> Luma:
    """What is left of a picture when these shares are cut off, in its old size."""
    height, width = whole.shape
    inside = whole[
        round(top * height) : height - round(bottom * height),
        round(left * width) : width - round(right * width),
    ]
    return np.asarray(cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def nearest(whole: Luma, cropped: Luma) -> int:
    """Bits by which the picture's hash differs from the nearest that the crop would have."""
    made = uncropped(decimated(cropped))
    assert len(made) == 32 * COUNT
    known = hash_of(decimated(whole))
    return min(distance(known, made[place : place + 32]) for place in range(0, len(made), 32))


CUTS = [
    (0.035, 0.035, 0.035, 0.035),
    (0.05, 0.05, 0.05, 0.05),
    (0.07, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.04, 0.04),
]


@pytest.mark.parametrize("edges", CUTS)
def test_a_crop_is_far_from_its_picture_and_near_when_it_is_laid_in_its_place(
    edges: tuple[float, float, float, float],
) -> None:
    rooms = [room(seed) for seed in range(20)]
    crops = [cut(whole, *edges) for whole in rooms]
    plain = [
        distance(hash_of(decimated(whole)), hash_of(decimated(crop)))
        for whole, crop in zip(rooms, crops, strict=True)
    ]
    laid = [nearest(whole, crop) for whole, crop in zip(rooms, crops, strict=True)]
    assert np.median(plain) > NEAR_UNCROPPED
    assert np.median(laid) <= NEAR_UNCROPPED
    assert all(near < far for near, far in zip(laid, plain, strict=True))


def test_other_pictures_stay_far() -> None:
    for seed in range(5):
        assert nearest(room(seed), room(seed + 100)) > 80

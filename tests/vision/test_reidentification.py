"""Can somebody be told apart by what is left? Two attackers who know the people, before and after hiding.

Sixty generated people, each a face of large and small features that no other has, on eight backgrounds that have
nothing to do with who stands there. The attackers are given seven pictures of each person *after* hiding, with the
names, and name the person in the eighth: by the nearest of the known pictures, by a linear model, and by the
nearest mean of each person's frames.
"""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from annotations.vision.boxes import Box
from annotations.vision.mosaic import Mosaic, tiles_of
from annotations.vision.obscure import obscure, region
from annotations.vision.reidentification import ATTACKED, RIGHT
from annotations.vision.video import Picture
from tests.vision import clips

PEOPLE, SCENES, KNOWN = 60, 8, 7
BOX: Box = (60.0, 44.0, 40.0, 52.0)
Values = NDArray[np.float64]
Hide = Callable[[Picture], None]


def face(person: int) -> NDArray[np.float32]:
    """52 x 40: coarse, middle and fine features of a person."""
    random = np.random.default_rng(1000 + person)
    layers = [
        cv2.resize(
            random.normal(0, 30, (side, side)).astype(np.float32), (40, 52), interpolation=cv2.INTER_CUBIC
        )
        for side in (4, 10, 24)
    ]
    return np.clip(128 + sum(layers), 0, 255).astype(np.float32)


def picture(person: int, scene: int) -> Picture:
    """The person a little shifted and lit differently, in a room of their own."""
    random = np.random.default_rng(10_000 * person + scene)
    made = Picture.blank(160, 144)
    room = clips.background(160, 144, seed=10_000 * person + scene)
    made.luma[:] = room[:, :, 0]
    made.blue[:] = made.red[:] = 128
    across, down = random.integers(-1, 2, 2)
    lit = np.clip(face(person) * random.uniform(0.9, 1.1) + random.normal(0, 4, (52, 40)), 0, 255)
    made.luma[44 + down : 96 + down, 60 + across : 100 + across] = lit.astype(np.uint8)
    return made


def seen(hide: Hide) -> Values:
    """What an attacker sees of the head: people x scenes x pixels, brightness taken out."""
    x, y, width, height = (round(value) for value in region(BOX))
    views = np.zeros((PEOPLE, SCENES, 24 * 20))
    for person in range(PEOPLE):
        for scene in range(SCENES):
            made = picture(person, scene)
            hide(made)
            head = made.luma[y : y + height, x : x + width].astype(np.float32)
            small = cv2.resize(head, (20, 24), interpolation=cv2.INTER_AREA).ravel()
            views[person, scene] = (small - small.mean()) / (small.std() + 1e-6)
    return views


def nearest(views: Values) -> float:
    known = views[:, :KNOWN].reshape(PEOPLE * KNOWN, -1)
    guesses = [int(((known - view) ** 2).sum(1).argmin()) // KNOWN for view in views[:, KNOWN]]
    return float(np.mean(np.asarray(guesses) == np.arange(PEOPLE)))


def nearest_mean(views: Values) -> float:
    means = views[:, :KNOWN].mean(1)
    guesses = [int(((means - view) ** 2).sum(1).argmin()) for view in views[:, KNOWN]]
    return float(np.mean(np.asarray(guesses) == np.arange(PEOPLE)))


def linear(views: Values) -> float:
    """Ridge regression onto one column for each person."""
    known = views[:, :KNOWN].reshape(PEOPLE * KNOWN, -1)
    wanted = np.repeat(np.eye(PEOPLE), KNOWN, axis=0)
    weights = np.linalg.solve(known.T @ known + 50 * np.eye(known.shape[1]), known.T @ wanted)
    guesses = (views[:, KNOWN] @ weights).argmax(1)
    return float(np.mean(guesses == np.arange(PEOPLE)))


ATTACKS = (nearest, nearest_mean, linear)


def gaussian(made: Picture) -> None:
    """The blur that is not offered: of the face itself."""
    made.luma[:] = cv2.GaussianBlur(made.luma, (0, 0), 5)


def mosaic(made: Picture) -> None:
    """Each picture is a track of its own: the values of one frame, whatever the others show."""
    obscure(made, [BOX], Mosaic({BOX: tiles_of(made, BOX)}))


def upper_bound_of_chance() -> float:
    """The highest rate of right guesses (of 60, at 1 in 60) that chance reaches in 99.9 % of tries."""
    rates = np.random.default_rng(1).binomial(PEOPLE, 1 / PEOPLE, 100_000) / PEOPLE
    return float(np.quantile(rates, 0.999))


@pytest.mark.parametrize("effect", ["blur", pytest.param("fill", marks=pytest.mark.long)])
def test_hidden_people_are_guessed_no_better_than_by_chance(effect: str) -> None:
    views = seen(lambda made: obscure(made, [BOX], "fill" if effect == "fill" else "blur"))
    for attack in ATTACKS:
        assert attack(views) <= upper_bound_of_chance(), attack.__name__


def test_the_attackers_see_through_a_gaussian_blur() -> None:
    views = seen(gaussian)
    for attack in ATTACKS:
        assert attack(views) > 4 * upper_bound_of_chance(), attack.__name__


def test_a_mosaic_is_seen_through_as_often_as_is_published() -> None:
    """The figures that the privacy officer reads beside the choice, by the attack that succeeds most often."""
    views = seen(mosaic)
    rates = {attack.__name__: attack(views) for attack in ATTACKS}
    assert ATTACKED == PEOPLE
    assert {name: round(rate * PEOPLE) for name, rate in rates.items()} == RIGHT
    assert max(rates.values()) > upper_bound_of_chance()


def test_averaging_the_frames_of_a_track_gains_nothing_from_a_mosaic() -> None:
    """Eight frames of a person, hidden by the values of one of them, show the same eight times."""
    track = [picture(7, scene) for scene in range(SCENES)]
    kept = Mosaic({BOX: tiles_of(track[SCENES // 2], BOX)})
    x, y, width, height = (round(value) for value in region(BOX))
    inner = slice(y + height // 4, y + 3 * height // 4), slice(x + width // 4, x + 3 * width // 4)
    for made in track:
        obscure(made, [BOX], kept)
    heads = np.asarray([made.luma[inner] for made in track], np.float64)
    assert np.array_equal(heads.mean(0), heads[0])

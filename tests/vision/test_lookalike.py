"""What a person drew is found again by its looks."""

import numpy as np
import pytest

from annotations.vision.boxes import Box, distance
from annotations.vision.flow import Luma
from annotations.vision.lookalike import Lookalike
from tests.vision import clips, panels
from tests.vision.panels import Pose


def grey(picture: clips.Rgb) -> Luma:
    return np.ascontiguousarray(picture[:, :, 1])


def shown(pose: Pose) -> tuple[Luma, Box]:
    """A grey picture with the plate in it, and its box."""
    picture = clips.background(480, 288)
    box = panels.paste(picture, panels.plate(), pose)
    return grey(picture), box


@pytest.mark.parametrize("pose", [(250, 150, 80, 0), (262, 158, 88, 0), (235, 140, 75, 1)])
def test_it_is_found_where_it_went_and_as_large_as_it_became(pose: Pose) -> None:
    picture, drawn = shown((250, 150, 80, 0))
    now, there = shown(pose)
    found = Lookalike(picture, drawn).find(now, drawn, 0.85)
    assert found is not None
    assert distance(found.box, there) < 0.1
    assert abs(found.box[2] / there[2] - 1) < 0.1


def test_what_is_not_there_or_too_far_away_is_not_found() -> None:
    picture, drawn = shown((250, 150, 80, 0))
    lookalike = Lookalike(picture, drawn)
    assert lookalike.find(grey(clips.background(480, 288)), drawn, 0.85) is None
    assert lookalike.find(shown((400, 150, 80, 0))[0], drawn, 0.85) is None


def test_what_is_too_small_to_tell_apart_is_never_found() -> None:
    picture, _ = shown((250, 150, 80, 0))
    speck = (240.0, 148.0, 4.0, 4.0)
    assert Lookalike(picture, speck).find(picture, speck, 0.85) is None
    outside = (600.0, 400.0, 40.0, 40.0)
    assert Lookalike(picture, outside).find(picture, outside, 0.5) is None


def test_it_is_known_by_how_it_looked_last() -> None:
    picture, drawn = shown((250, 150, 80, 0))
    turned, there = shown((250, 150, 80, 20))
    lookalike = Lookalike(picture, drawn)
    before = lookalike.find(turned, there, 0.3)
    lookalike.remember(turned, there)
    after = lookalike.find(turned, there, 0.3)
    assert after is not None
    assert after.score > 0.85
    assert before is None or before.score < after.score

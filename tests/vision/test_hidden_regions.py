"""Whether what was seen on a frame lies where it is hidden, or can be the people whose heads are."""

import pytest

from annotations.vision.boxes import Box
from annotations.vision.change_detection import RegionOfInterest
from annotations.vision.hidden_regions import HiddenRegions

HEAD: Box = (140.0, 40.0, 40.0, 40.0)


def around(x: float, y: float, side: float = 30.0) -> Box:
    return x - side / 2, y - side / 2, side, side


@pytest.mark.parametrize(
    ("box", "hides", "beside"),
    [
        (HEAD, True, True),
        (around(160, 60), True, True),
        (around(160, 150), False, True),
        (around(60, 100), False, True),
        (around(160, 190), False, False),
        (around(300, 60), False, False),
        (around(-10, 60), False, False),
    ],
    ids=["the head", "in it", "a hand below", "a hand at its side", "too far below", "elsewhere", "outside"],
)
def test_a_hidden_head_hides_itself_and_has_hands_beside_it(box: Box, hides: bool, beside: bool) -> None:
    hidden = HiddenRegions([HEAD], 320, 240)
    assert (hidden.hides(box), hidden.is_beside(box)) == (hides, beside)


def test_where_nothing_is_hidden_everything_is_seen() -> None:
    hidden = HiddenRegions([], 320, 240)
    assert not hidden.hides(HEAD)
    assert not hidden.is_beside(HEAD)
    assert hidden.share_of(HEAD) == 0
    assert HiddenRegions([HEAD], 320, 240).share_of(HEAD) == 1


@pytest.mark.parametrize(
    ("inner", "explained"),
    [((60, 10, 48, 100), True), ((0, 0, 160, 120), False), ((100, 10, 48, 100), False)],
    ids=["a person", "much more than one", "nobody's"],
)
def test_a_hidden_head_explains_the_person_that_moves(
    inner: tuple[int, int, int, int], explained: bool
) -> None:
    """Regions of a picture of half the size."""
    hidden = HiddenRegions([HEAD], 320, 240)
    assert hidden.explain(RegionOfInterest(inner, inner), (2.0, 2.0)) == explained


def test_what_is_shown_keeps_away_from_what_is_hidden() -> None:
    shown = HiddenRegions([HEAD], 320, 240).shown(160, 120)
    assert shown is not None
    assert not shown[30, 80]
    assert not shown[30, 99]
    assert shown[30, 120]
    assert HiddenRegions([], 320, 240).shown(160, 120) is None

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from annotations.clips.camera_rules import as_stated, stated_camera
from annotations.core.errors import Invalid
from annotations.vision.camera import Camera

SQUARE = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ([], "camera_invalid"),
        ("zones", "camera_invalid"),
        ({"zone": []}, "camera_invalid"),
        ({"version": 1}, "camera_invalid"),
        ({"quarter_turns": 4}, "orientation_invalid"),
        ({"quarter_turns": -1}, "orientation_invalid"),
        ({"quarter_turns": True}, "orientation_invalid"),
        ({"quarter_turns": "1"}, "orientation_invalid"),
        ({"aspect": "16/9"}, "aspect_invalid"),
        ({"aspect": "0:9"}, "aspect_invalid"),
        ({"aspect": "5:1"}, "aspect_invalid"),
        ({"aspect": 1.78}, "aspect_invalid"),
        ({"aspect": "16:9:1"}, "aspect_invalid"),
        ({"aspect": "١٦:٩"}, "aspect_invalid"),
        ({"zones": {}}, "zone_invalid"),
        ({"zones": "0,0"}, "zone_invalid"),
        ({"zones": [SQUARE] * 17}, "too_many_zones"),
        ({"zones": [3]}, "zone_invalid"),
        ({"zones": [[0.1, 0.2, 0.3]]}, "zone_invalid"),
        ({"zones": [[[0.1], [0.2], [0.3]]]}, "zone_invalid"),
        ({"zones": [[["0", "0"], ["1", "0"], ["1", "1"]]]}, "zone_invalid"),
        ({"zones": [[[True, False], [1, 1], [0, 1]]]}, "zone_invalid"),
        ({"zones": [SQUARE[:2]]}, "zone_corners"),
        ({"zones": [[[n / 40, (n / 40) ** 2] for n in range(33)]]}, "zone_corners"),
        ({"zones": [[[0, 0], [1.0001, 0], [1, 1]]]}, "zone_outside"),
        ({"zones": [[[0, 0], [10**400, 0], [1, 1]]]}, "zone_outside"),
        ({"zones": [[[0, 0], [math.nan, 0], [1, 1]]]}, "zone_outside"),
        ({"zones": [[[0, 0], [math.inf, 0], [1, 1]]]}, "zone_outside"),
        ({"zones": [[[0, 0], [0.5, 0.5], [1, 1]]]}, "zone_too_small"),
        ({"zones": [[[0.5, 0.5]] * 3]}, "zone_too_small"),
        ({"zones": [[[0, 0], [1, 1], [1, 0], [0, 0.9]]]}, "zone_crosses_itself"),
        ({"zones": [[*SQUARE, SQUARE[0]]]}, "zone_crosses_itself"),
        ({"zones": [[[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]]]}, "zone_crosses_itself"),
        ({"zones": [[[0, 0], [0.8, 0], [0.3, 0], [0.3, 0.5]]]}, "zone_crosses_itself"),
    ],
)
def test_what_is_no_statement_about_a_camera_has_a_stable_code(statement: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        stated_camera(statement)
    assert refused.value.code == code


def test_a_statement_is_read_whole() -> None:
    camera = stated_camera({"quarter_turns": 2, "aspect": "16:9", "zones": [SQUARE]})
    assert camera == Camera(2, Fraction(16, 9), (((0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4)),))
    assert stated_camera({}) == Camera()
    assert stated_camera({"zones": [SQUARE] * 16}).zones == camera.zones * 16


# Integers beyond what a float holds, both infinities, no number at all, and everything else that JSON can say.
numbers = st.integers() | st.floats() | st.sampled_from([0, 1, -0.0, 0.5, 10**400])
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)
corners = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(list), min_size=1, max_size=34)
statements = st.fixed_dictionaries(
    {},
    optional={
        "quarter_turns": st.integers(0, 3) | anything,
        "aspect": st.sampled_from(["16:9", "4:3", None, ""]) | anything,
        "zones": st.lists(corners | anything, max_size=18) | anything,
    },
)


@given(statement=statements | anything)
def test_whatever_is_stated_is_taken_or_refused_and_what_is_taken_fits(statement: Any) -> None:
    try:
        camera = stated_camera(statement)
    except Invalid:
        return
    assert len(camera.zones) <= 16
    for zone in camera.zones:
        assert 3 <= len(zone) <= 32
        assert all(0 <= value <= 1 for corner in zone for value in corner)
    again = as_stated(camera)
    del again["version"]
    assert stated_camera(again) == camera


@given(
    count=st.integers(3, 32),
    middle=st.tuples(st.floats(0.3, 0.7), st.floats(0.3, 0.7)),
    spans=st.lists(st.floats(0.05, 0.29), min_size=32, max_size=32),
)
def test_any_star_around_a_spot_is_a_zone(
    count: int, middle: tuple[float, float], spans: list[float]
) -> None:
    angles = [2 * math.pi * number / count for number in range(count)]
    star = [
        [middle[0] + span * math.cos(angle), middle[1] + span * math.sin(angle)]
        for span, angle in zip(spans, angles, strict=False)
    ]
    assert len(stated_camera({"zones": [star]}).zones[0]) == count


@given(half=st.integers(2, 15), span=st.floats(0.1, 0.5), start=st.floats(0, math.pi))
def test_a_pentagram_and_its_like_cross_themselves(half: int, span: float, start: float) -> None:
    angles = [start + 4 * math.pi * number / (2 * half + 1) for number in range(2 * half + 1)]
    crossing = [[0.5 + span * math.cos(angle), 0.5 + span * math.sin(angle)] for angle in angles]
    with pytest.raises(Invalid, match="zone_crosses_itself"):
        stated_camera({"zones": [crossing]})

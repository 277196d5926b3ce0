"""The bytes of an entry are the same wherever they are made."""

import datetime
import json
import re
from typing import Any

import pytest
from hypothesis import given, strategies as st

from annotations.audit.canonical import canonical, timestamp

NORMAL = st.text(st.characters(exclude_categories=["Cs"])).filter(str.isascii)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | NORMAL,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NORMAL, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(NORMAL, VALUES, max_size=5))
def test_canonical_bytes_tell_the_same_and_do_not_depend_on_the_order(value: dict[str, Any]) -> None:
    made = canonical(value)
    assert json.loads(made) == value
    assert canonical(dict(reversed(list(value.items())))) == made
    assert canonical(json.loads(made)) == made


def test_members_are_sorted_and_no_space_is_left() -> None:
    made = canonical({"b": [1, {"z": None, "a": True}], "a": "é"})
    assert made == '{"a":"é","b":[1,{"a":true,"z":null}]}'.encode()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": 1.5}, "$.a"),
        ({"a": [0, {"b": 2**53}]}, "$.a[1].b"),
        ({"a": -(2**53)}, "$.a"),
        ({"a": "e\u0301"}, "$.a"),
        ({"e\u0301": 1}, "$"),
        ({"a": b"bytes"}, "$.a"),
        ({"a": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}, "$.a"),
    ],
)
def test_what_readers_could_disagree_on_is_refused_with_its_place(value: dict[str, Any], path: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path}:")):
        canonical(value)


def test_times_are_utc_with_microseconds() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    assert timestamp(datetime.datetime(2026, 3, 1, 2, 0, tzinfo=zone)) == "2026-02-28T20:30:00.000000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        timestamp(datetime.datetime(2026, 3, 1))  # noqa: DTZ001

"""What the fields of entries may hold."""

import uuid

import pytest

from annotations.audit import fields
from annotations.audit.canonical import canonical
from annotations.audit.fields import Field, list_of, one_of, pattern, record

COLOURS = one_of([("red", "Red"), ("dark_blue", "Dark blue")])

FITS: list[tuple[Field, list[object], list[object]]] = [
    (fields.COUNT, [0, 1, 2**53 - 1], [True, -1, 1.0, "1", 2**53]),
    (fields.YES_NO, ["yes", "no"], [True, "maybe"]),
    (fields.TRUE_FALSE, [True, False], [0, "yes"]),
    (
        fields.ID,
        [str(uuid.uuid4())],
        [uuid.uuid4(), "x", str(uuid.uuid4()).upper(), str(uuid.uuid4()) + "\n"],
    ),
    (fields.DIGEST, ["0f" * 32], ["0F" * 32, "0f" * 31]),
    (fields.CODE, ["a", "other_labels", "a1"], ["A", "", "a b", "1a", "a" * 65]),
    (fields.NAME, ["log.example+1a2b+Aa/=", "witness.example/w"], ["a b", "", "-x", "x" * 301]),
    (fields.PSEUDONYM, ["o-7k2m9qx4", "system-command", "unknown"], ["Anna", "o_1", "anna"]),
    (fields.DAY, ["2026-03-01"], ["1 March"]),
    (fields.TIME, ["2026-03-01T12:00:00.000000Z", "2026-03-01 12:00:00+05:30"], ["noon"]),
    (fields.RANGES, [[], [[0, 1], [5, 9]]], [[[0]], [["a", 1]], [[0.5, 1]], "0-1"]),
    (fields.FILTERS, [[], ["actor=p-1", "since=2026-03-01 12:00:00+00:00"]], ["a=b", ["words=my neighbour"]]),
    (COLOURS, ["red", "dark_blue"], ["Red", "green", 1]),
    (list_of(COLOURS, 2), [[], ["red", "red"]], [["red"] * 3, "red", ["green"]]),
    (record(day=fields.DAY), [{}, {"day": "2026-03-01"}], [{"day": "x"}, {"other": 1}, []]),
    (pattern(r"[ab]+", "few", 2), ["ab", "a"], ["aba", "c", None]),
]


@pytest.mark.parametrize(("field", "good", "bad"), FITS, ids=lambda value: getattr(value, "holds", ""))
def test_a_field_takes_what_it_says(field: Field, good: list[object], bad: list[object]) -> None:
    assert field.holds
    assert [value for value in good if not field.fits(value)] == []
    assert [value for value in bad if field.fits(value)] == []
    assert [value for value in good if length(value) > field.longest] == []


def length(value: object) -> int:
    return len(canonical({"": value})) - len('{"":}')


def test_the_longest_is_about_as_long_as_it_says() -> None:
    longest: list[tuple[Field, object]] = [
        (fields.RANGES, [[2**53 - 2, 2**53 - 1]] * 1000),
        (fields.FILTERS, ["a" * 32 + "=" + "b" * 64] * 32),
        (list_of(fields.ID, 3), [str(uuid.uuid4())] * 3),
        (record(day=fields.DAY, count=fields.COUNT), {"day": "2026-03-01", "count": 2**53 - 1}),
    ]
    for field, value in longest:
        assert field.fits(value)
        assert 0 <= field.longest - length(value) < field.longest / 10


def test_codes_are_read_by_their_labels_also_in_lists() -> None:
    assert list_of(COLOURS, 2).words(["red", "dark_blue"]) == "red, dark blue"
    assert list_of(COLOURS, 2).words([]) == "none"
    assert record(day=fields.DAY).words({"day": "2026-03-01"}) == "day: 1 Mar 2026"


def test_what_no_longer_fits_is_read_all_the_same() -> None:
    assert COLOURS.words("green") == "green"
    assert list_of(COLOURS, 2).words("of_old") == "of old"
    assert record().words([1, 2]) == "1, 2"

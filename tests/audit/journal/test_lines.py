"""A line says what was written, under a key that only the site has, or it is refused."""

import datetime
import json
from typing import Any

import pytest
from hypothesis import given, strategies

from annotations.audit.actors import Actor
from annotations.audit.canonical import canonical
from annotations.audit.journal.lines import NOTHING_BEFORE, JournalAltered, Kind, Line, Said, read, write

KEYS = {"j1": b"j" * 32}
OFFICER = Actor("p-officer22", "privacy_officer")
CLIP = "11111111-2222-4333-8444-555555555555"
NOW = datetime.datetime(2026, 11, 30, 9, 30, tzinfo=datetime.UTC)


def said(kind: Kind = Kind.CONSENT_WITHDRAWN, data: dict[str, Any] | None = None) -> Said:
    return Said(kind, OFFICER, {"clip": CLIP} if data is None else data, NOW)


def first() -> Line:
    return write(said(), 1, NOTHING_BEFORE, KEYS)


def test_what_is_read_is_what_was_written_line_by_line() -> None:
    one = first()
    two = write(said(Kind.KEY_REVOKED, {"prefix": "0123456789ab"}), 2, one.digest, KEYS)
    assert read(one.content, None, KEYS) == one
    assert read(two.content, one, KEYS) == two
    assert two.moment == NOW
    assert two.actor == OFFICER


@given(strategies.data())
def test_no_byte_can_be_changed(data: strategies.DataObject) -> None:
    content = bytearray(first().content)
    place = data.draw(strategies.integers(0, len(content) - 1))
    content[place] ^= data.draw(strategies.integers(1, 255))
    with pytest.raises(JournalAltered):
        read(bytes(content), None, KEYS)


@pytest.mark.parametrize(
    ("number", "previous"), [(3, first().digest), (2, NOTHING_BEFORE), (1, first().digest)]
)
def test_a_line_that_does_not_follow_is_refused(number: int, previous: str) -> None:
    with pytest.raises(JournalAltered, match="does not follow"):
        read(write(said(), number, previous, KEYS).content, first(), KEYS)


def test_a_journal_begins_with_line_1_or_where_another_was_begun() -> None:
    with pytest.raises(JournalAltered, match="does not follow"):
        read(write(said(), 4, first().digest, KEYS).content, None, KEYS)
    anew = write(Said(Kind.BEGUN, OFFICER, {}, NOW), 4, first().digest, KEYS)
    assert read(anew.content, None, KEYS) == anew


def test_another_key_signs_nothing_here() -> None:
    forged = write(said(), 1, NOTHING_BEFORE, {"j1": b"x" * 32})
    with pytest.raises(JournalAltered, match="is not what was signed"):
        read(forged.content, None, KEYS)
    with pytest.raises(JournalAltered, match="which this site does not have"):
        read(forged.content, None, {"j2": b"x" * 32})


def test_lines_of_a_key_that_was_changed_stay_readable() -> None:
    assert read(first().content, None, {"j2": b"n" * 32, **KEYS}) == first()


def test_the_same_line_in_another_form_is_refused() -> None:
    spaced = json.dumps(json.loads(first().content)).encode()
    assert spaced != first().content
    with pytest.raises(JournalAltered, match="none of a journal"):
        read(spaced, None, KEYS)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", canonical({"version": 1})])
def test_what_is_no_line_is_refused(content: bytes) -> None:
    with pytest.raises(JournalAltered):
        read(content, None, KEYS)


def test_nothing_but_numbers_and_pseudonyms_goes_into_a_line() -> None:
    for data in ({"clip": "Erika of number 12"}, {"clip": CLIP, "name": "Erika"}, {"owner": CLIP}):
        with pytest.raises(ValueError, match="consent_withdrawn"):
            write(said(data=data), 1, NOTHING_BEFORE, KEYS)

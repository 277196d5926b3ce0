"""Kinds of entries: declared once, presented in a sentence that fills."""

from typing import Any

import pytest

from annotations.audit import registry
from annotations.audit.fields import COUNT, in_words
from annotations.audit.services import LONGEST


@pytest.mark.parametrize("code", registry.codes())
def test_every_declared_sentence_fills_from_its_fields(code: str) -> None:
    kind = registry.lookup(code)
    values = {name: [] if name == "ranges" else f"<{name}>" for name in kind.fields}
    sentence = kind.present(values)
    assert sentence
    assert "?" not in sentence
    assert "{" not in sentence
    assert kind.code == code


def test_lists_are_read_as_words() -> None:
    kind = registry.lookup("clip.received")
    data = dict.fromkeys(kind.fields, "x") | {"purposes": ["troubleshooting", "training"]}
    assert "troubleshooting, training" in kind.present(data)
    assert "consent to none" in kind.present(data | {"purposes": []})


def test_codes_are_read_by_their_labels_or_as_words() -> None:
    held, failed = registry.lookup("clip.held"), registry.lookup("redaction.failed")
    assert held.present({"reason": "awaiting_redaction"}) == "Held: faces are being hidden"
    assert held.present({"reason": "of_old"}) == "Held: of_old"
    assert "failed: worker lost; attempts: 3" in failed.present({"code": "worker_lost", "attempts": 3})


def test_watched_ranges_are_read_as_seconds() -> None:
    data = {"ranges": [[0, 100], [300, 1300]], "claimed_by": "browser"}
    said = registry.lookup("review.watched").present(data)
    assert said == "Watched 0.0–0.1 s, 0.3–1.3 s (claimed by the browser)"


def test_a_delivery_says_how_much_of_the_file_was_sent() -> None:
    served = registry.lookup("rendition.served")
    assert (
        served.present({"rendition": "x", "range": "0-9 of 90"}) == "Rendition x delivered: bytes 0-9 of 90"
    )
    assert served.present({"rendition": "x", "range": "none"}) == "Rendition x delivered: no bytes"


def test_kinds_are_grouped_by_what_they_concern_and_have_titles_of_their_own() -> None:
    areas = registry.by_area()
    titles = {action.code: action.title for actions in areas.values() for action in actions}
    assert list(titles) == registry.codes()
    assert {"Clip", "Dataset", "Review"} <= set(areas)
    assert (titles["clip.held"], titles["dataset.release_frozen"]) == (
        "Held",
        "Release … of dataset … frozen",
    )
    for actions in areas.values():
        assert len({action.title for action in actions}) == len(actions)


def test_a_field_that_an_old_entry_lacks_is_shown_as_unknown() -> None:
    assert registry.lookup("clip.held").present({}) == "Held: ?"


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        registry.action("clip.held", "Held again")


def test_a_sentence_names_declared_fields_only() -> None:
    with pytest.raises(ValueError, match="unknown fields"):
        registry.action("test.unknown", "{missing}", {"present": COUNT})
    assert "test.unknown" not in registry.codes()


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        registry.lookup("test.nobody_declared_this")


def test_a_field_without_a_kind_is_no_field() -> None:
    with pytest.raises(TypeError, match="say what each field may hold"):
        registry.action("test.untyped", "{present}", ["present"])  # type: ignore[arg-type]
    assert "test.untyped" not in registry.codes()


@pytest.mark.parametrize("code", registry.codes())
def test_no_field_of_any_kind_takes_free_text_or_more_than_an_entry_holds(code: str) -> None:
    for name, field in registry.lookup(code).fields.items():
        for text in ("The neighbour, Mrs. Miller, complained.", "two words", "x" * 400, "é", "a\nb"):
            for value in (text, [text], {name: text}, [[text]], {text: 1}):
                assert not field.fits(value), f"{code}: {name} takes {value!r}"
        odd: Any
        for odd in (1.5, -1, 2**53, None, b"bytes", {"more": {}}):
            assert not field.fits(odd), f"{code}: {name} takes {odd!r}"
        assert field.words([] if name == "ranges" else "of_old")


def test_no_kind_of_entry_can_become_too_long_for_a_bundle() -> None:
    """Bundles of the log's tiles carry lengths of 16 bits."""
    around = 1500  # ids, times, pseudonyms, commitment: the columns bound them
    for code in registry.codes():
        fields = registry.lookup(code).fields
        longest = sum(len(f'"{name}":,') + field.longest for name, field in fields.items())
        assert longest + around <= LONGEST, code


def test_days_are_read_like_times() -> None:
    assert (
        registry.lookup("account.trained")
        .present({"account": "p-1", "day": "2026-11-19"})
        .endswith("19 Nov 2026")
    )


def test_what_no_calendar_has_is_read_as_it_stands() -> None:
    assert in_words("2026-02-30") == "2026-02-30"
    assert in_words("2026-02-28T25:00:00Z") == "2026-02-28T25:00:00Z"


def test_times_are_read_to_the_second() -> None:
    opened = registry.lookup("audit.person_opened")
    data = {
        "person": "p-8c6wjrh9",
        "since": "2026-11-19T00:00:00.000000Z",
        "until": "2026-11-20T08:30:01.538549+00:00",
    }
    assert opened.present(data) == (
        "Looked at what p-8c6wjrh9 saw, from 19 Nov 2026, 00:00:00 UTC to 20 Nov 2026, 08:30:01 UTC"
    )


def test_a_kind_that_had_another_code_is_read_and_found_under_both() -> None:
    saved = registry.lookup("audit.search_saved")
    assert registry.lookup("audit.view_saved") is saved
    assert registry.codes_of("audit.search_saved") == ["audit.search_saved", "audit.view_saved"]
    assert {"audit.view_saved", "audit.search_saved", "audit.searched"} <= set(registry.codes_of("audit.*"))
    assert "audit.view_saved" not in registry.codes()


def test_a_former_code_is_not_declared_again() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        registry.action("audit.view_saved", "Saved")

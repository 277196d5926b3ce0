"""Kinds of entries: declared once, presented in a sentence that fills."""

import pytest

from annotations.audit import registry


@pytest.mark.parametrize("code", registry.codes())
def test_every_declared_sentence_fills_from_its_fields(code: str) -> None:
    kind = registry.lookup(code)
    values = {name: f"<{name}>" for name in kind.fields}
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


def test_codes_are_read_as_words() -> None:
    assert (
        registry.lookup("clip.held").present({"reason": "awaiting_redaction"}) == "Held: awaiting redaction"
    )


def test_pairs_are_read_as_ranges() -> None:
    kind = registry.lookup("review.watched")
    data = dict.fromkeys(kind.fields, "x") | {"ranges": [[0, 1400], [2000, 2800]]}
    assert "0–1400, 2000–2800" in kind.present(data)


def test_a_field_that_an_old_entry_lacks_is_shown_as_unknown() -> None:
    assert registry.lookup("clip.held").present({}) == "Held: ?"


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        registry.action("clip.held", "Held again")


def test_a_sentence_names_declared_fields_only() -> None:
    with pytest.raises(ValueError, match="unknown fields"):
        registry.action("test.unknown", "{missing}", ["present"])
    assert "test.unknown" not in registry.codes()


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        registry.lookup("test.nobody_declared_this")

"""The rule for what people write down with an act."""

import pytest
from django import forms
from hypothesis import given, strategies as st

from annotations.core.errors import Invalid
from annotations.core.forms import NoteField, ReasonField
from annotations.core.reasons import LONGEST, SHORTEST, checked_note, checked_reason, optional_reason

WORDS = st.text(st.characters(exclude_categories=["Zs", "Zl", "Zp", "Cc", "Cs"]), min_size=1)


def code_of(text: str) -> str:
    with pytest.raises(Invalid) as refused:
        checked_reason(text)
    assert f"{SHORTEST} to {LONGEST:,}" in refused.value.message
    return refused.value.code


@given(st.text(max_size=SHORTEST - 1), st.text(" \t\r\n", max_size=20))
def test_a_short_reason_is_refused_whatever_blanks_surround_it(text: str, blanks: str) -> None:
    assert code_of(blanks + text + blanks) == "reason_too_short"


@given(WORDS)
def test_a_reason_is_kept_as_it_is_or_refused_but_never_cut(word: str) -> None:
    for text in (word * (LONGEST // len(word)), word * (LONGEST // len(word) + 1)):
        if len(text) <= LONGEST:
            assert checked_reason(f" {text}\n") == text
        else:
            assert code_of(text) == "reason_too_long"


def test_a_line_end_counts_once_as_it_does_in_the_browser() -> None:
    lines = ["x"] * (LONGEST // 2)
    assert checked_reason("\r\n".join(lines)) == "\n".join(lines)


def test_no_reason_is_one_where_none_is_needed_and_a_bad_one_is_not() -> None:
    assert optional_reason(" \n") == ""
    assert optional_reason(" Moved away.") == "Moved away."
    for text in ("x", "x" * (LONGEST + 1)):
        with pytest.raises(Invalid):
            optional_reason(text)


def test_a_note_may_be_short_and_is_refused_when_it_is_long() -> None:
    assert [checked_note(text) for text in ("", " x ", "x" * LONGEST)] == ["", "x", "x" * LONGEST]
    with pytest.raises(Invalid) as refused:
        checked_note("x" * (LONGEST + 1))
    assert refused.value.code == "note_too_long"


class Form(forms.Form):
    reason = ReasonField()
    other = ReasonField(required=False)
    note = NoteField()


@pytest.mark.parametrize("text", ["", "x", "x" * (LONGEST + 1)])
def test_a_form_refuses_by_the_same_rule_and_shows_what_was_typed(text: str) -> None:
    form = Form({"reason": text, "other": text, "note": "x" * (LONGEST + 1)})
    assert not form.is_valid()
    codes = {name: errors[0]["code"] for name, errors in form.errors.get_json_data().items()}
    wrong = code_of(text)
    assert codes == {"reason": wrong, "note": "note_too_long"} | ({"other": wrong} if text else {})
    assert text in str(form["reason"])


def test_the_browser_is_told_the_same_bounds() -> None:
    form = Form()
    bounds = f'minlength="{SHORTEST}"', f'maxlength="{LONGEST}"'
    for name in ("reason", "other"):
        assert all(bound in str(form[name]) for bound in bounds)
    assert 'maxlength="2000"' in str(form["note"])
    assert "minlength" not in str(form["note"])
    assert "required" in str(form["reason"])
    assert "required" not in str(form["other"])

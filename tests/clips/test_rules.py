import datetime

import pytest

from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.rules import FINAL, PASSES, check_extension, consent_terms
from annotations.core.errors import Invalid

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
YEAR = datetime.timedelta(days=365)
GOOD = {
    "notice_version": "2026-01",
    "purposes": ["training"],
    "granted_at": NOW - YEAR / 2,
    "until": NOW + YEAR,
    "now": NOW,
}


def test_good_terms_are_kept() -> None:
    terms = consent_terms(**GOOD)  # type: ignore[arg-type]
    assert (terms.training, terms.troubleshooting, terms.purposes) == (True, False, ["training"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"notice_version": ""}, "consent_missing"),
        ({"notice_version": "Ivan Petrov, 12 High Street"}, "notice_version_invalid"),
        ({"notice_version": "e\u0301"}, "notice_version_invalid"),
        ({"notice_version": "v" * 65}, "notice_version_invalid"),
        ({"purposes": []}, "consent_missing"),
        ({"granted_at": None}, "consent_missing"),
        ({"until": None}, "consent_missing"),
        ({"purposes": ["training", "advertising"]}, "consent_contradictory"),
        ({"granted_at": NOW + YEAR}, "consent_contradictory"),
        ({"until": NOW - YEAR}, "consent_contradictory"),
        ({"until": NOW - datetime.timedelta(days=1)}, "consent_contradictory"),
        ({"until": (NOW + YEAR).replace(tzinfo=None)}, "consent_contradictory"),
    ],
)
def test_missing_or_contradictory_terms_are_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        consent_terms(**{**GOOD, **change})  # type: ignore[arg-type]
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "container"), [("a.mp4", "mov,mp4,m4a"), ("a.b.MOV", "mov,mp4"), ("a.mkv", "matroska,webm")]
)
def test_matching_names_are_accepted(name: str, container: str) -> None:
    check_extension(name, container)


@pytest.mark.parametrize(
    ("name", "container"), [("a.avi", "mov,mp4"), ("a.exe", "mov,mp4"), ("a", "mov,mp4"), ("mp4", "mov,mp4")]
)
def test_names_that_promise_something_else_are_refused(name: str, container: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_extension(name, container)
    assert caught.value.code == "wrong_extension"


def test_no_purpose_passes_a_redaction_hold_or_the_end_of_a_consent() -> None:
    never = {
        HoldReason.AWAITING_REDACTION,
        HoldReason.REDACTION_FAILED,
        HoldReason.REDACTION_UNVERIFIED,
        *FINAL,
    }
    assert set(PASSES) == set(Purpose)
    assert all(not passed & never for passed in PASSES.values())

"""The vectors of RFC 6238, appendix B, and what the window lets in."""

import datetime

import pytest

from annotations.accounts.factors import totp

SECRET = b"12345678901234567890"
# Seconds since 1970 and the last six of the eight digits of the appendix.
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


def at(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


@pytest.mark.parametrize(("seconds", "digits"), VECTORS.items())
def test_codes_are_those_of_the_rfc(seconds: int, digits: str) -> None:
    assert totp.code(SECRET, totp.step_of(at(seconds))) == digits
    assert totp.matching_step(SECRET, f" {digits[:3]} {digits[3:]} ", at(seconds)) == seconds // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_one_step(steps: int, taken: bool) -> None:
    moment = at(1_800_000_000)
    step = totp.step_of(moment) + steps
    assert totp.matching_step(SECRET, totp.code(SECRET, step), moment) == (step if taken else None)


def test_a_code_is_taken_once_and_none_from_before_it() -> None:
    moment = at(1_800_000_000)
    now = totp.step_of(moment)
    assert totp.matching_step(SECRET, totp.code(SECRET, now), moment, after=now) is None
    assert totp.matching_step(SECRET, totp.code(SECRET, now - 1), moment, after=now) is None
    assert totp.matching_step(SECRET, totp.code(SECRET, now + 1), moment, after=now) == now + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "１２３４５６", "-12345", "123456\0"])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    assert totp.matching_step(SECRET, typed, at(0)) is None


def test_an_app_is_told_the_secret_the_name_and_the_site() -> None:
    address = totp.address(SECRET, "ann+1@example", "Clip review")
    assert address == (
        "otpauth://totp/Clip%20review:ann%2B1%40example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Clip%20review"
    )
    assert totp.from_text(totp.as_text(SECRET)) == SECRET
    assert totp.picture(address).startswith("data:image/svg+xml")

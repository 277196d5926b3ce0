import re

import pytest

from annotations.accounts.factors import recovery_codes


def test_codes_have_120_bits_and_are_read_as_people_type_them() -> None:
    codes = recovery_codes.generate()
    assert len(set(codes)) == recovery_codes.COUNT
    for code in codes:
        assert re.fullmatch(r"([a-z2-7]{6}-){3}[a-z2-7]{6}", code)
        typed = code.upper().replace("-", " ")
        assert recovery_codes.digest(typed) == recovery_codes.digest(code)
        assert code not in recovery_codes.digest(code)


@pytest.mark.parametrize("typed", ["", "abc", "1" * 24, "a" * 23, "a" * 25, "ä" * 24])
def test_what_has_not_the_form_is_none(typed: str) -> None:
    assert recovery_codes.normal(typed) is None

import datetime

from annotations.accounts.factors.guessing import FREE, LONGEST_WAIT, wait_after


def test_the_wait_doubles_up_to_an_hour_and_never_ends_in_a_lock() -> None:
    assert [wait_after(n).total_seconds() for n in range(FREE)] == [0] * FREE
    assert [wait_after(FREE + n).total_seconds() for n in range(4)] == [30, 60, 120, 240]
    assert wait_after(10**9) == LONGEST_WAIT == datetime.timedelta(hours=1)


def test_a_year_of_guessing_finds_one_code_in_38() -> None:
    """At three codes that are right at a time, of a million."""
    assert 0.026 < 365 * 24 * 3 / 10**6 < 1 / 38

"""When a clip ends: a pure function of its facts and the rules."""

import datetime
import zoneinfo
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from annotations.core.errors import Invalid
from annotations.rights.retention.enums import KeptState
from annotations.rights.retention.reasons import PURPOSES, REASONS, because
from annotations.rights.retention.rules import (
    DEFAULTS,
    LONGEST_DAYS,
    NOTICE,
    Days,
    Facts,
    Later,
    Rules,
    check_days,
    ends,
)

pytestmark = pytest.mark.once

DAY = datetime.timedelta(days=1)
EPOCH = datetime.datetime(2028, 1, 1, tzinfo=datetime.UTC)
LONG_AGO = EPOCH - 1000 * DAY

LONGEST = Days(LONGEST_DAYS, LONGEST_DAYS)

moments = st.integers(0, 400 * 86_400).map(lambda seconds: EPOCH + datetime.timedelta(seconds=seconds))
maybe = st.none() | moments
facts = st.builds(
    Facts, received=moments, expires=moments, labeled=maybe, upheld=maybe, withdrawn=maybe, held=maybe
)


@st.composite
def days(draw: st.DrawFn, bound: Days = LONGEST) -> Days:
    rest = draw(st.integers(0, bound.rest))
    return Days(draw(st.integers(0, min(rest, bound.original))), rest)


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Rules that officers can set: nothing is kept for less time than what was withdrawn."""
    withdrawn = draw(days())
    others: dict[str, Days] = {
        state: Days(max(each.original, withdrawn.original), max(each.rest, withdrawn.rest))
        for state in KeptState
        for each in [draw(days())]
    }
    return {**others, KeptState.WITHDRAWN: withdrawn}


@given(facts, rules())
def test_nothing_is_kept_longer_than_the_longest_rule_after_the_last_fact(known: Facts, by: Rules) -> None:
    found = ends(known, by, LONG_AGO, {})
    last = max(since for _, since in known.clocks())
    assert found.original.on <= found.rest.on <= last + max(each.rest for each in by.values()) * DAY


@given(facts, rules(), st.sampled_from(KeptState), st.data())
def test_a_shorter_rule_never_ends_anything_later(
    known: Facts, by: Rules, state: KeptState, data: st.DataObject
) -> None:
    before, after = (
        ends(known, by, LONG_AGO, {}),
        ends(known, {**by, state: data.draw(days(by[state]))}, LONG_AGO, {}),
    )
    assert after.original.on <= before.original.on
    assert after.rest.on <= before.rest.on


@given(facts, rules(), st.sampled_from(KeptState), moments, st.data())
def test_a_rule_that_holds_later_ends_what_a_sweep_would_end_then(
    known: Facts, by: Rules, state: KeptState, since: datetime.datetime, data: st.DataObject
) -> None:
    """A sweep goes by the rules of its moment: by those of now until then, by the shorter one from then on."""
    shorter = data.draw(days(by[state]))
    told = ends(known, by, LONG_AGO, {state: Later(shorter, since)})
    until_then, from_then = ends(known, by, LONG_AGO, {}), ends(known, {**by, state: shorter}, LONG_AGO, {})
    for part in ("original", "rest"):
        now, then = getattr(until_then, part), getattr(from_then, part)
        assert getattr(told, part).on == (now.on if now.on <= since else max(since, then.on))


@given(facts, rules())
def test_withdrawing_ends_at_least_as_early_as_anything_else_that_begins_then(
    known: Facts, by: Rules
) -> None:
    withdrawn = known.withdrawn or known.expires
    found = ends(replace(known, withdrawn=withdrawn), by, LONG_AGO, {})
    assert found.rest.on <= withdrawn + min(each.rest for each in by.values()) * DAY
    assert found.rest.on <= ends(replace(known, withdrawn=None), by, LONG_AGO, {}).rest.on


@given(facts, rules(), moments)
def test_what_came_before_there_were_rules_has_a_weeks_notice(
    known: Facts, by: Rules, begun: datetime.datetime
) -> None:
    found, plain = ends(known, by, begun, {}), ends(known, by, LONG_AGO, {})
    if known.received < begun:
        assert found.rest.on == max(plain.rest.on, begun + NOTICE)
    else:
        assert found == plain


@pytest.mark.parametrize(
    ("known", "state", "original", "rest"),
    [
        (Facts(EPOCH, EPOCH + 300 * DAY), KeptState.NEVER_LABELED, 30, 30),
        (Facts(EPOCH, EPOCH + 300 * DAY, labeled=EPOCH + 10 * DAY), KeptState.LABELED, 24, 100),
        (Facts(EPOCH, EPOCH + 300 * DAY, upheld=EPOCH + 2 * DAY), KeptState.UPHELD, 9, 9),
        (Facts(EPOCH, EPOCH + 300 * DAY, withdrawn=EPOCH + 4 * DAY), KeptState.WITHDRAWN, 5, 5),
        (Facts(EPOCH, EPOCH + 5 * DAY), KeptState.EXPIRED, 8, 8),
        (Facts(EPOCH, EPOCH + 300 * DAY, held=EPOCH + DAY), KeptState.HELD, 15, 15),
    ],
)
def test_each_state_has_its_clock(known: Facts, state: KeptState, original: int, rest: int) -> None:
    found = ends(known, DEFAULTS, LONG_AGO, {})
    assert (found.rest.on, found.rest.because) == (EPOCH + rest * DAY, state)
    assert (found.original.on, found.original.because) == (EPOCH + original * DAY, state)


@pytest.mark.parametrize(
    ("state", "given_days", "code"),
    [
        (KeptState.HELD, Days(1, LONGEST_DAYS + 1), "days_out_of_bounds"),
        (KeptState.HELD, Days(-1, 3), "days_out_of_bounds"),
        (KeptState.HELD, Days(8, 7), "original_outlives"),
        (KeptState.WITHDRAWN, Days(4, 4), "withdrawn_outlives"),
        (KeptState.EXPIRED, Days(0, 0), "withdrawn_outlives"),
    ],
)
def test_what_no_rule_may_say(state: KeptState, given_days: Days, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_days(state, given_days, DEFAULTS)
    assert refused.value.code == code


def test_every_state_has_a_default_that_may_be_set_and_says_why() -> None:
    assert set(DEFAULTS) == set(PURPOSES) == set(REASONS) == set(KeptState)
    for state, each in DEFAULTS.items():
        check_days(state, each, DEFAULTS)
        assert "1 day " in f"{because(state, 1)} "
        assert "7 days" in because(state, 7)


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


def elsewhere(known: Facts, zone: str) -> Facts:
    """The same moments, as the clocks on the walls of a zone tell them."""
    there = zoneinfo.ZoneInfo(zone)
    told = {name: moment and moment.astimezone(there) for name, moment in vars(known).items()}
    return Facts(**told)


@given(facts, rules(), ZONES)
def test_the_zone_in_which_a_clock_is_read_changes_nothing(known: Facts, by: Rules, zone: str) -> None:
    """Neither the hours that summer gives and takes nor the leap day do: the year of the facts has all of them."""
    assert ends(elsewhere(known, zone), by, LONG_AGO, {}) == ends(known, by, LONG_AGO, {})


@given(moments, days(), ZONES)
def test_a_day_is_24_hours_whatever_clocks_say(received: datetime.datetime, kept: Days, zone: str) -> None:
    known = Facts(received=received, expires=received + 1000 * DAY)
    found = ends(elsewhere(known, zone), {**DEFAULTS, KeptState.NEVER_LABELED: kept}, LONG_AGO, {})
    assert found.rest.on.timestamp() - received.timestamp() == kept.rest * 86_400
    assert found.original.on.timestamp() - received.timestamp() == kept.original * 86_400


def test_a_leap_day_counts_as_any_other() -> None:
    known = Facts(
        received=datetime.datetime(2028, 2, 28, 12, tzinfo=datetime.UTC),
        expires=datetime.datetime(2029, 2, 28, tzinfo=datetime.UTC),
    )
    found = ends(known, {**DEFAULTS, KeptState.NEVER_LABELED: Days(1, 2)}, LONG_AGO, {})
    assert (found.original.on.day, found.original.on.month) == (29, 2)
    assert (found.rest.on.day, found.rest.on.month) == (1, 3)

"""Transition tables: what leads where, who may act, and what is said to others."""

import itertools
from dataclasses import dataclass

import pytest

from annotations.core.errors import Conflict, Missing, NotAllowed
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import (
    THE_SITE,
    WRONG_ROLE,
    Refusal,
    Who,
    by,
    either,
    nobody_but,
    somebody_else_than,
)


@dataclass(frozen=True)
class Somebody:
    pseudonym: str
    role: str


OWNER, GUEST, SITE = Somebody("p-1", "owner"), Somebody("p-2", "guest"), Somebody("system", "worker")
SECOND_PERSON = Refusal("second_person_needed", "Somebody else decides.")
NOT_THERE = Refusal("not_there", "There is no such lamp.", Missing)

PERSON = by("owner", "guest")
NOT_WHO_ASKED = by("owner", only=somebody_else_than("asked_by", "who asked", SECOND_PERSON))
WHO_ASKED = by("guest", only=nobody_but("asked_by", "who asked", NOT_THERE), refusal=NOT_THERE)


def table(*transitions: Transition) -> TransitionTable:
    return TransitionTable("lamp", initial=["off"], final=["broken"], transitions=transitions)


WHOLE = table(
    Transition("off", "press", "on", PERSON),
    Transition("on", "press", "off", PERSON),
    Transition("on", "drop", "broken", either(WHO_ASKED, NOT_WHO_ASKED)),
    Transition("on", "burn out", "broken", THE_SITE),
)


def test_an_action_leads_to_its_target() -> None:
    assert WHOLE.target("off", "press", OWNER) == "on"
    assert WHOLE.sources("press") == ("off", "on")


def test_an_impossible_action_is_a_conflict_that_says_where_the_thing_stands() -> None:
    with pytest.raises(Conflict) as caught:
        WHOLE.target("off", "drop", OWNER, asked_by="p-2")
    assert caught.value.code == "not_possible_now"
    assert caught.value.as_dict()["state"] == "off"


def test_an_action_that_the_table_does_not_know_is_a_mistake_in_the_code_and_no_conflict() -> None:
    for act in (WHOLE.target, WHOLE.allows):
        with pytest.raises(LookupError, match="no action"):
            act("off", "shrug", OWNER)


@pytest.mark.parametrize("state", ["off", "on", "broken"])
def test_a_wrong_role_is_refused_whatever_the_state(state: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        WHOLE.target(state, "press", SITE)
    assert (caught.value.code, caught.value.message) == (WRONG_ROLE.code, WRONG_ROLE.message)
    with pytest.raises(NotAllowed):
        WHOLE.target(state, "burn out", OWNER)


def test_a_rule_about_people_has_a_refusal_of_its_own() -> None:
    assert WHOLE.target("on", "drop", OWNER, asked_by="p-2") == "broken"
    with pytest.raises(NotAllowed, match="second_person_needed"):
        WHOLE.target("on", "drop", OWNER, asked_by="p-1")
    assert WHOLE.target("on", "drop", GUEST, asked_by="p-2") == "broken"
    with pytest.raises(Missing, match="not_there"):
        WHOLE.target("on", "drop", GUEST, asked_by="p-1")


def test_nobody_is_nobody_and_an_unnamed_person_is_a_mistake() -> None:
    assert WHOLE.allows("on", "drop", OWNER, asked_by=None)
    assert not WHOLE.allows("on", "drop", GUEST, asked_by=None)
    with pytest.raises(LookupError):
        WHOLE.target("on", "drop", OWNER)


def test_who_may_act_in_one_state_only_is_refused_in_the_others() -> None:
    lamp = table(Transition("off", "press", "on", by("owner")), Transition("on", "press", "off", by("guest")))
    assert lamp.allows("off", "press", OWNER)
    with pytest.raises(NotAllowed):
        lamp.target("on", "press", OWNER)
    with pytest.raises(Conflict):
        lamp.target("broken", "press", OWNER)


@pytest.mark.parametrize("who", [OWNER, GUEST, SITE, Somebody("anonymous", "anonymous")])
def test_allowing_checking_and_going_there_agree(who: Somebody) -> None:
    """Every state, action and relation: exactly what `allows` allows leads somewhere, and `check` tells the rest."""
    people: list[str | None] = [who.pseudonym, "p-9", None]
    for state, action, asked_by in itertools.product(("off", "on", "broken"), ("press", "drop"), people):
        try:
            WHOLE.target(state, action, who, asked_by=asked_by)
            outcome = None
        except (NotAllowed, Missing, Conflict) as error:
            outcome = error.code
        assert WHOLE.allows(state, action, who, asked_by=asked_by) is (outcome is None)
        try:
            WHOLE.check(action, who, asked_by=asked_by)
            refusal = None
        except (NotAllowed, Missing) as error:
            refusal = error.code
        assert refusal == (None if outcome == "not_possible_now" else outcome)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (THE_SITE, "worker"),
        (by("lead", "privacy_officer"), "lead or privacy officer"),
        (NOT_WHO_ASKED, "owner, somebody else than who asked"),
        (either(WHO_ASKED, by("owner")), "guest, nobody but who asked, or owner"),
    ],
)
def test_diagrams_call_them_in_words(who: Who, words: str) -> None:
    assert str(who) == words


def test_alternatives_share_no_role() -> None:
    with pytest.raises(ValueError, match="two alternatives"):
        either(by("owner", "guest"), by("guest"))


def test_a_total_table_has_no_problems() -> None:
    assert WHOLE.problems(["off", "on", "broken"]) == []


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        (["off", "on"], "broken is not a state"),
        (["off", "on", "broken", "stolen"], "nothing leads to stolen"),
        (["off", "on", "broken", "stolen"], "nothing leads out of stolen"),
    ],
)
def test_gaps_are_named(states: list[str], problem: str) -> None:
    assert problem in WHOLE.problems(states)


def test_an_action_that_leaves_a_state_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        table(Transition("off", "press", "on", PERSON), Transition("off", "press", "broken", PERSON))

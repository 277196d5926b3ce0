import pytest

from annotations.core.errors import Conflict
from annotations.core.transitions import Transition, TransitionTable


def table(*transitions: Transition) -> TransitionTable:
    return TransitionTable("lamp", initial=["off"], final=["broken"], transitions=transitions)


WHOLE = table(
    Transition("off", "press", "on", "person"),
    Transition("on", "press", "off", "person"),
    Transition("on", "drop", "broken", "person"),
)


def test_an_action_leads_to_its_target() -> None:
    assert WHOLE.target("off", "press") == "on"
    assert WHOLE.sources("press") == ("off", "on")


def test_an_impossible_action_is_a_conflict_that_says_where_the_thing_stands() -> None:
    with pytest.raises(Conflict) as caught:
        WHOLE.target("off", "drop")
    assert caught.value.code == "not_possible_now"
    assert caught.value.as_dict()["state"] == "off"


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
        table(Transition("off", "press", "on", "person"), Transition("off", "press", "broken", "person"))

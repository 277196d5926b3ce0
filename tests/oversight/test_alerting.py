"""The rules of alerts, without a database."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from annotations.accounts.enums import Role
from annotations.oversight.alerting import (
    RULES,
    Act,
    Counting,
    Flags,
    Hit,
    Household,
    InPerson,
    LogReading,
    OffHours,
    Refusals,
    Reveals,
    Rule,
    Series,
    ShorterRules,
    Volume,
    backwards,
    sliding,
)
from annotations.oversight.alerting.off_hours import Hours
from annotations.oversight.alerting.values import dump, in_words, load

NOON = datetime.datetime(2026, 3, 4, 12, 0, tzinfo=datetime.UTC)
LATER = NOON + datetime.timedelta(days=365)
CLIP = uuid.UUID(int=7)


@dataclass
class Told:
    """What a test tells the rules about people and households."""

    day: float | None = None
    clips: int = 0
    asked: list[str] = field(default_factory=list)

    def usual(self, actor: str, day: datetime.date) -> float | None:
        return self.day

    def clips_of(self, subject: str) -> int:
        return self.clips


def act(minutes: float = 0, **fields: Any) -> Act:
    return Act(
        **{
            "entry": uuid.uuid4(),
            "at": NOON + datetime.timedelta(minutes=minutes),
            "action": "rendition.granted",
            "actor": "p-one",
            "role": Role.CONTRACTOR,
            "clip": uuid.uuid4(),
            "subject": "o-home",
            "purpose": "labeling",
            **fields,
        }
    )


def found(rule: Rule, acts: Sequence[Act], told: Told | None = None) -> list[Hit]:
    return backwards.hits(rule, acts, told or Told(), LATER)


def test_more_views_in_an_hour_than_allowed_give_one_alert_for_the_hour() -> None:
    rule = Volume(views_an_hour=3)
    assert found(rule, [act(minute) for minute in range(3)]) == []
    (hit,) = found(rule, [act(minute) for minute in range(5)])
    assert (hit.measured, hit.allowed, len(hit.acts)) == (5, 3, 5)
    assert hit.scope.key == "views-hour:p-one@2026-03-04T12:00:00.000000"


def test_views_of_different_people_are_counted_apart() -> None:
    acts = [act(minute) for minute in range(3)] + [act(minute, actor="p-two") for minute in range(3)]
    assert found(Volume(views_an_hour=3), [*acts, act(60), act(-58)]) == []


def test_no_border_of_an_hour_divides_a_burst() -> None:
    rule = Volume(views_an_hour=5)
    burst = [act(minute) for minute in (55, 56, 57, 61, 62, 63)]
    (hit,) = found(rule, burst)
    assert (hit.scope.since, hit.measured) == (burst[0].at, 6)
    assert found(rule, [act(minute) for minute in (0, 1, 2, 60, 61, 62)]) == []  # six never within one hour


def test_a_burst_that_goes_on_gives_one_alert_for_each_time_of_its_length() -> None:
    hits = found(Volume(views_an_hour=3), [act(10 * n) for n in range(13)])  # two hours, six an hour
    assert [(hit.scope.since, hit.measured) for hit in hits] == [(act(0).at, 6), (act(60).at, 6)]


def test_what_was_told_is_not_told_again_but_what_goes_on_after_it_is() -> None:
    rule = Volume(views_an_hour=3)
    acts = [act(10 * n) for n in range(13)]
    series = next(iter(rule.series(acts[0])))
    told = [(acts[0].at, acts[6].at)]
    (hit,) = sliding.hits(rule, series, acts, Told(), told=told)
    assert (hit.scope.since, hit.measured) == (acts[6].at, 6)
    assert sliding.hits(rule, series, acts[:9], Told(), told=told) == []


def test_a_day_far_above_the_usual_one_gives_an_alert_only_when_there_is_a_usual_one() -> None:
    rule = Volume(times_usual=3, usual_from=5)
    acts = [act(minute) for minute in range(10)]
    assert found(rule, acts) == []
    assert found(rule, acts, Told(day=4)) == []
    (hit,) = found(rule, acts, Told(day=3))
    assert (hit.measured, hit.allowed) == (10, 9)
    assert found(rule, acts[:4], Told(day=1)) == []


def test_downloads_are_counted_by_the_day() -> None:
    acts = [act(60 * n, action="dataset.exported", clip=None, subject="") for n in range(4)]
    (hit,) = found(Volume(downloads_a_day=3, views_an_hour=1), acts)
    assert hit.scope.series.name == "downloads:p-one"


def test_many_flags_of_one_person_in_a_row_give_an_alert_and_those_of_models_none() -> None:
    def flags(count: int, **fields: Any) -> list[Act]:
        return [
            act(minute, action="content.flagged", data={"source": "person"}, **fields)
            for minute in range(count)
        ]

    rule = Flags(flags=4)
    assert found(rule, flags(3) + flags(3, actor="p-two")) == []
    (hit,) = found(rule, flags(4))
    assert (hit.measured, hit.allowed, hit.scope.series.actor) == (4, 3, "p-one")
    model = [act(minute, action="content.flagged", data={"source": "model"}) for minute in range(9)]
    assert found(rule, model) == []


@pytest.mark.parametrize(
    ("hours", "moment", "inside"),
    [
        (Hours("06:00", "22:00", "UTC"), "2026-03-04T06:00Z", True),
        (Hours("06:00", "22:00", "UTC"), "2026-03-04T22:00Z", False),
        (Hours("09:00", "17:00", "Asia/Manila"), "2026-03-04T01:30Z", True),
        (Hours("09:00", "17:00", "America/New_York"), "2026-07-01T13:00Z", True),  # summer time
        (Hours("09:00", "17:00", "America/New_York"), "2026-01-02T13:00Z", False),
        (Hours("22:00", "06:00", "UTC", (4,)), "2026-03-07T03:00Z", True),  # Friday's night, on Saturday
        (Hours("22:00", "06:00", "UTC", (4,)), "2026-03-06T03:00Z", False),  # Thursday's
        (Hours("09:00", "17:00", "UTC", (0, 1, 2, 3, 4)), "2026-03-07T12:00Z", False),
        (Hours("00:00", "00:00", "UTC", (0,)), "2026-03-02T23:59Z", True),
        (Hours("00:00", "00:00", "UTC", (0,)), "2026-03-03T00:00Z", False),
    ],
)
def test_working_hours(hours: Hours, moment: str, inside: bool) -> None:
    assert hours.contain(datetime.datetime.fromisoformat(moment)) is inside


def test_a_view_outside_of_the_hours_gives_an_alert() -> None:
    rule = OffHours(begin="09:00", end="17:00", zone="Asia/Tokyo")
    late = act(0, at=datetime.datetime(2026, 3, 4, 15, 30, tzinfo=datetime.UTC))  # 00:30 on the fifth
    (hit,) = found(rule, [late, act(0, at=datetime.datetime(2026, 3, 4, 3, tzinfo=datetime.UTC))])
    assert hit.acts == (late,)


def test_a_person_may_have_hours_of_their_own() -> None:
    rule = OffHours(begin="09:00", end="10:00", people=(("p-one", "11:00", "13:00", "UTC"),))
    assert [hit.scope.series.actor for hit in found(rule, [act(), act(actor="p-two")])] == ["p-two"]


def test_many_clips_of_one_household_give_an_alert_when_they_are_a_large_share_of_it() -> None:
    acts = [act(n, clip=uuid.UUID(int=n)) for n in range(10)]
    rule = Household(clips=10, share=50)
    assert found(rule, acts, Told(clips=21)) == []
    (hit,) = found(rule, acts, Told(clips=20))
    assert (hit.measured, hit.scope.series.subject) == (10, "o-home")


def test_the_same_clip_again_and_other_households_do_not_count() -> None:
    rule = Household(clips=2, share=0)
    assert found(rule, [act(clip=CLIP), act(1, clip=CLIP), act(2, subject="o-other")]) == []


def revealed(minutes: float = 0, **fields: Any) -> Act:
    return act(minutes, **{"purpose": "moderation", "clip": CLIP, "role": Role.LEAD, **fields})


def test_a_reveal_without_a_decision_gives_an_alert_once_its_time_is_over() -> None:
    rule = Reveals(minutes=30)
    assert backwards.hits(rule, [revealed()], Told(), NOON + datetime.timedelta(minutes=29)) == []
    (hit,) = found(rule, [revealed()])
    assert hit.scope.series.clip == CLIP


@pytest.mark.parametrize(
    ("acts", "alerts"),
    [
        ([revealed(), revealed(20, action="content.flag_upheld", purpose="")], 0),
        ([revealed(), revealed(40, action="content.flag_upheld", purpose="")], 1),
        ([revealed(), revealed(20, action="content.flag_upheld", purpose="", actor="p-two")], 1),
        ([revealed(), revealed(20, action="content.flag_upheld", purpose="", clip=uuid.UUID(int=8))], 1),
        ([revealed(), revealed(20), revealed(45, action="content.flag_dismissed", purpose="")], 0),
        ([revealed(), revealed(20)], 1),
        ([act()], 0),
    ],
)
def test_a_decision_by_the_same_person_in_time_resolves_a_reveal(acts: list[Act], alerts: int) -> None:
    assert len(found(Reveals(minutes=30), acts)) == alerts


def test_reading_the_log_is_an_officers_work_alone() -> None:
    read: dict[str, Any] = {"action": "audit.searched", "clip": None, "subject": ""}
    refused: dict[str, Any] = {"action": "access.refused", "clip": None, "subject": ""}
    assert found(LogReading(), [act(**read, role=Role.PRIVACY_OFFICER), act(**read, role="worker")]) == []
    assert len(found(LogReading(), [act(**read, role=Role.OPERATOR)])) == 1
    assert len(found(LogReading(), [act(**refused, data={"route": "oversight:log"})])) == 1
    assert found(LogReading(), [act(**refused, data={"route": "datasets:index"})]) == []


def test_refusals_and_failed_sign_ins_in_series() -> None:
    refused = [act(n, action="access.refused", data={"route": "operations"}) for n in range(3)]
    failed = [
        act(
            n, action="account.sign_in_failed", actor="anonymous", role="anonymous", data={"account": account}
        )
        for n, account in enumerate(["p-one", "p-two", "p-one", "p-one"])
    ]
    names = {hit.scope.series.name for hit in found(Refusals(refusals=3, sign_ins=3), [*refused, *failed])}
    assert names == {"refused:p-one", "sign-in:p-one"}
    assert found(Refusals(refusals=4, sign_ins=4), [*refused, *failed]) == []


def test_refused_second_factors_count_as_failed_sign_ins_of_the_account() -> None:
    data = {"account": "p-one", "times": 1}
    refused = [
        act(n, action="account.factor_refused", actor="anonymous", role="anonymous", data=data)
        for n in range(5)
    ]
    assert {hit.scope.series.name for hit in found(Refusals(), refused)} == {"sign-in:p-one"}


@pytest.mark.parametrize("kind", ["access.not_found", "access.csrf_refused", "access.too_often"])
def test_calls_that_are_turned_away_again_and_again_count_as_refusals(kind: str) -> None:
    asked = [act(n, action=kind, data={"route": "review:workbench", "times": 1}) for n in range(5)]
    assert len(found(Refusals(), asked)) == 1
    assert found(Refusals(), asked[:4]) == []


@pytest.mark.parametrize(
    ("rule", "seldom", "kind"),
    [
        (ShorterRules(), ShorterRules(rules=3), "retention.rule_shortened"),
        (InPerson(), InPerson(acts=3), "account.in_person"),
    ],
)
def test_what_other_officers_are_to_hear_of_is_one_alert_a_day_for_each_person(
    rule: Counting, seldom: Counting, kind: str
) -> None:
    done = [act(n, action=kind, actor=who, clip=None) for n, who in enumerate(["p-one", "p-two", "p-one"])]
    assert sorted(hit.scope.series.actor for hit in found(rule, done)) == ["p-one", "p-two"]
    next_day = act(60 * 25, action=kind, actor="p-one", clip=None)
    assert len(found(rule, [*done, next_day])) == 3
    assert found(seldom, done) == []


MOMENTS = st.integers(min_value=0, max_value=60 * 24 * 10).map(
    lambda minutes: NOON + datetime.timedelta(minutes=minutes)
)
ACTS = st.builds(
    Act,
    entry=st.uuids(),
    at=MOMENTS,
    action=st.sampled_from(
        ["rendition.granted", "dataset.exported", "content.flag_upheld", "access.refused", "audit.searched"]
    ),
    actor=st.sampled_from(["p-one", "p-two"]),
    role=st.sampled_from([Role.LEAD, Role.PRIVACY_OFFICER]),
    clip=st.sampled_from([CLIP, uuid.UUID(int=8), uuid.UUID(int=9)]),
    subject=st.sampled_from(["o-home", "o-other"]),
    purpose=st.sampled_from(["labeling", "moderation"]),
    data=st.sampled_from([{"route": "oversight:log"}, {"route": "operations"}]),
)
ACTS_OF_DAYS = st.lists(ACTS, max_size=25, unique_by=lambda each: each.entry)
STRICT: tuple[Counting, ...] = (
    Volume(views_an_hour=1, views_a_day=2, downloads_a_day=0),
    OffHours(begin="08:00", end="09:00"),
    Household(days=3, clips=2, share=0),
    LogReading(),
    Refusals(refusals=1),
)


def too_full(rule: Counting, acts: Sequence[Act]) -> list[tuple[Series, datetime.datetime]]:
    """Every series and moment with which a window ends that holds too much, by the definition itself."""
    return [
        (series, last.at)
        for series, theirs in backwards.grouped(rule, acts).items()
        for last in theirs
        if (
            measured := len(
                {rule.unit(each) for each in theirs if last.at - series.window < each.at <= last.at}
            )
        )
        > rule.allowed(series, measured, last.at, Told())
    ]


@settings(deadline=None, max_examples=60)
@given(rule=st.sampled_from(STRICT), acts=ACTS_OF_DAYS)
def test_looking_back_misses_no_window_with_too_much_and_counts_no_act_twice(
    rule: Counting, acts: list[Act]
) -> None:
    acts = sorted((each for each in acts if each.action in rule.actions), key=lambda each: each.at)
    hits = found(rule, acts)
    assert all(any(meets(hit, *full) for hit in hits) for full in too_full(rule, acts))
    shown = [(hit.scope.series, each.entry) for hit in hits for each in hit.acts]
    assert len(set(shown)) == len(shown)
    for hit in hits:
        assert hit.measured > hit.allowed
        assert all(hit.scope.since <= each.at < hit.scope.until for each in hit.acts)
        assert {each.actor for each in hit.acts} == {hit.scope.series.actor}


def meets(hit: Hit, series: Series, at: datetime.datetime) -> bool:
    """Whether the hit's time and the window that ends then have a moment in common."""
    return hit.scope.series == series and hit.scope.since <= at and at - series.window < hit.scope.until


@settings(deadline=None, max_examples=60)
@given(rule=st.sampled_from(STRICT), acts=ACTS_OF_DAYS, data=st.data())
def test_in_whatever_order_and_parcels_acts_come_nothing_is_missed_and_nothing_told_twice(
    rule: Counting, acts: list[Act], data: st.DataObject
) -> None:
    """As the alert scan does it: each parcel is looked at with all that is there, beside what was told."""
    acts = [each for each in acts if each.action in rule.actions]
    order, there = data.draw(st.permutations(acts)), list[Act]()
    told: list[Hit] = []
    while order:
        size = data.draw(st.integers(min_value=1, max_value=len(order)))
        come, order = order[:size], order[size:]
        there = sorted([*there, *come], key=lambda each: (each.at, each.entry))
        all_there = backwards.grouped(rule, there)
        for series, theirs in backwards.grouped(rule, come).items():
            begin = min(each.at for each in theirs)
            periods = [(hit.scope.since, hit.scope.until) for hit in told if hit.scope.series == series]
            told += sliding.hits(rule, series, all_there[series], Told(), begin, periods)
    assert all(any(meets(hit, *full) for hit in told) for full in too_full(rule, there))
    assert len({hit.scope.key for hit in told}) == len(told)
    for number, hit in enumerate(told):
        assert hit.measured > hit.allowed
        for before in told[:number]:
            assert not (hit.scope.series == before.scope.series and hit.acts[0] in before.acts)


@settings(deadline=None, max_examples=60)
@given(acts=ACTS_OF_DAYS, data=st.data())
def test_the_order_in_which_acts_come_makes_no_difference_to_reveals(
    acts: list[Act], data: st.DataObject
) -> None:
    at_once = {hit.scope.key: hit.measured for hit in found(Reveals(minutes=90), acts)}
    shuffled = data.draw(st.permutations(acts))
    assert at_once == {hit.scope.key: hit.measured for hit in found(Reveals(minutes=90), shuffled)}


@pytest.mark.parametrize("kind", RULES)
def test_values_survive_being_kept(kind: str) -> None:
    rule = RULES[kind]()
    assert load(RULES[kind], dump(rule)) == rule
    assert in_words(dump(rule))

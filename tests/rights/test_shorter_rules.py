"""A rule that keeps something shorter takes effect after a day, is shown before it is saved, and can be taken back."""

import datetime
import json
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, strategies as st

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from annotations.audit.registry import codes
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.oversight.alerting.shorter_rules import SHORTENED
from annotations.rights import services
from annotations.rights.models import RetentionRule
from annotations.rights.retention import selectors
from annotations.rights.retention.enums import RuleState
from annotations.rights.retention.rules import DEFAULTS, Days, takes_effect
from tests import factories as make
from tests.pages import markup
from tests.rights.test_retention_rules import days

REASON = "Operators are quick."
DAY = datetime.timedelta(days=1)
AFTER = datetime.timedelta(hours=24)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
LOCAL = st.integers(0, 12 * 366 * 24 * 60).map(
    lambda minutes: datetime.datetime.fromisoformat("2020-01-01") + datetime.timedelta(minutes=minutes)
)
NOTHING, SHORT = Days(0, 0), Days(2, 2)
Wait = Callable[..., None]


@given(days(), days(), LOCAL, ZONES)
def test_nothing_is_kept_shorter_by_a_rule_that_nobody_could_read_for_a_day(
    now: Days, new: Days, local: datetime.datetime, zone: str
) -> None:
    """Also over the hour that summer takes or gives, and over leap days: 24 hours are counted, in any zone."""
    decided = local.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    found = takes_effect(now, new, decided, AFTER)
    if new.original < now.original or new.rest < now.rest:
        assert found is not None
        assert found - decided.astimezone(datetime.UTC) == AFTER
        assert found.timestamp() - decided.timestamp() == 86_400
    else:
        assert found is None


@pytest.fixture
def officer() -> User:
    return make.make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    now = clock.now

    def later(**span: float) -> None:
        moment = now() + datetime.timedelta(**span)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return later


def shorten(officer: User, state: str = "held", new: Days = SHORT, version: int = 1) -> RetentionRule:
    return services.set_rule(state, new, REASON, version=version, actor=officer.actor)


def in_force(state: str = "held") -> Days:
    return selectors.rules_in_force()[state]


def last(code: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        bytes(LogEntry.objects.filter(action=code).latest("occurred_at").canonical)
    )
    return found


pytestmark = pytest.mark.django_db


def test_what_the_alert_rule_looks_for_is_what_is_written() -> None:
    assert SHORTENED in codes()


def test_one_officer_alone_ends_nothing_in_a_moment(officer: User, wait: Wait) -> None:
    clip = make.make_ready_clip()
    made = shorten(officer, "withdrawn", NOTHING)
    shorten(officer, "never_labeled", NOTHING)
    assert made.state == RuleState.ANNOUNCED
    assert in_force("never_labeled") == DEFAULTS["never_labeled"]
    wait(hours=23, minutes=59)
    assert services.bring_into_force() == services.erase_due() == 0
    wait(hours=24)
    assert in_force("never_labeled") == Days(0, 0), "it holds at its moment, before a sweep has noted it"
    assert services.bring_into_force() == 2
    assert services.bring_into_force() == 0
    assert RetentionRule.objects.filter(state=RuleState.IN_FORCE, rest_days=0).count() == 2
    assert last("retention.rule_set")["actor"]["role"] == "worker"
    assert services.erase_due() == 1
    assert HoldReason.ERASED in gate.reasons(clip.pk)


def test_any_officer_takes_it_back_until_then_and_nobody_after(officer: User, wait: Wait) -> None:
    shorten(officer)
    with pytest.raises(Conflict, match="shorter_waits"):
        shorten(officer, new=Days(1, 1))
    other = make.make_user(Role.PRIVACY_OFFICER)
    taken = services.decide_rule("held", "take back", REASON, other.actor)
    assert (taken.state, taken.decided_by) == (RuleState.TAKEN_BACK, other.pseudonym)
    assert last("retention.rule_taken_back")["actor"]["pseudonym"] == other.pseudonym
    wait(days=3)
    assert in_force() == DEFAULTS["held"]
    shorten(officer, new=Days(4, 4))
    services.decide_rule("held", "take back", REASON, officer.actor)
    shorten(officer, new=Days(3, 3))
    wait(days=4)
    with pytest.raises(Missing):
        services.decide_rule("held", "take back", REASON, other.actor)
    assert in_force() == Days(3, 3)


def test_rules_still_fit_each_other_when_one_is_taken_back(officer: User) -> None:
    """What was withdrawn is never kept longer than something else, now and when all that was decided holds."""
    with pytest.raises(Invalid, match="withdrawn_outlives"):
        shorten(officer, new=NOTHING)
    shorten(officer, "withdrawn", NOTHING)
    shorten(officer, new=NOTHING)
    with pytest.raises(Invalid, match="withdrawn_outlives"):
        services.decide_rule("withdrawn", "take back", REASON, officer.actor)
    services.decide_rule("held", "take back", REASON, officer.actor)
    services.decide_rule("withdrawn", "take back", REASON, officer.actor)


def test_a_longer_rule_that_is_shorter_in_part_waits_for_both(officer: User, wait: Wait) -> None:
    services.set_rule("labeled", Days(3, 120), REASON, version=1, actor=officer.actor)
    other = make.make_user(Role.PRIVACY_OFFICER)
    made = services.decide_rule("labeled", "agree", REASON, other.actor)
    assert made.state == RuleState.ANNOUNCED
    assert in_force("labeled") == DEFAULTS["labeled"]
    wait(days=1)
    assert in_force("labeled") == Days(3, 120)


def test_the_page_says_first_what_would_end(site: Client) -> None:
    clips = [make.make_ready_clip() for _ in range(3)]
    labeled = make.make_accepted().assignment.clip
    rule = reverse("rights:retention_rule", args=["never_labeled"])
    sent = {"original": 2, "rest": 2, "reason": REASON, "version": 1}
    page = site.post(rule, sent)
    text = " ".join(markup(page.content.decode()).split())
    assert "This keeps something for less time than now. It takes effect after 24 hours" in text
    assert "within a day: 3, instead of 0 as it is now" in text
    assert len(clips) == 3
    assert labeled
    assert not RetentionRule.objects.filter(state=RuleState.ANNOUNCED).exists()
    assert 'value="2 2"' in text
    other_days = site.post(rule, {**sent, "original": 1, "shown": "2 2"})
    assert 'value="1 2"' in markup(other_days.content.decode()), "what was shown was of other days"
    done = markup(site.post(rule, {**sent, "shown": "2 2"}, follow=True).content.decode())
    assert "It takes effect later" in done
    assert 'value="take back"' in done
    taken = {"decision": "take back", "reason": REASON, "version": 2}
    done = markup(
        site.post(
            reverse("rights:decide_retention_rule", args=["never_labeled"]), taken, follow=True
        ).content.decode()
    )
    assert "Taken back" in done

"""Alerts over a real log: looking through it, the queue, and the rules' editor."""

import datetime
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts import log as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.audit.models import EntryDetail, LogEntry, Pending, TreeLeaf
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, NotAllowed
from annotations.core.shown import ChangedSince
from annotations.oversight import services
from annotations.oversight.enums import AlertKind, AlertState
from annotations.oversight.models import Alert, AlertRule, AlertScanProgress, AwaitedScope, ViewingTally
from annotations.oversight.selectors import alerts as selectors
from annotations.redaction import log as redaction
from tests.factories import make_leaves
from tests.forms import seen
from tests.pages import markup

pytestmark = pytest.mark.django_db
CURIOUS = Actor("p-curious2", Role.CONTRACTOR)
LEAD = Actor("p-lead2222", Role.LEAD)


def view(actor: Actor = CURIOUS, **fields: Any) -> LogEntry:
    return audit.append(
        redaction.GRANTED,
        actor,
        **{
            "clip": uuid.uuid4(),
            "subject": "o-home2222",
            "purpose": "labeling",
            "data": {"rendition": str(uuid.uuid4()), "seconds": 60},
            **fields,
        },
    )


def rule(kind: str, **values: int) -> None:
    current = selectors.alert_rule(kind)
    assert current
    services.change_alert_rule(
        kind, values, enabled=True, version=current.version, actor=Actor("p-officer2", Role.PRIVACY_OFFICER)
    )


def only(kind: str, **values: int) -> None:
    """No rule but this one is on."""
    for other in AlertKind.values:
        services.change_alert_rule(
            other, values if other == kind else {}, enabled=other == kind, version=0, actor=LEAD
        )


def refuse(times: int, actor: Actor = CURIOUS) -> None:
    for _ in range(times):
        audit.append(accounts.REFUSED, actor, data={"method": "GET", "route": "operations"})


def alert(**fields: Any) -> Alert:
    only(AlertKind.REFUSALS, refusals=2)
    refuse(2, **fields)
    make_leaves()
    services.scan_for_alerts()
    return Alert.objects.get()


def test_what_a_rule_finds_becomes_one_alert_with_its_entries_and_its_own_entry() -> None:
    raised = alert()
    refused = list(
        LogEntry.objects.filter(action="access.refused").order_by("id").values_list("id", flat=True)
    )
    assert raised.entries == [str(entry) for entry in refused]
    assert (raised.actor, raised.measured, raised.allowed) == (CURIOUS.pseudonym, 2, 1)
    entry = LogEntry.objects.get(action="alert.raised")
    assert json.loads(bytes(entry.canonical))["data"]["alert"] == str(raised.pk)


def test_looking_again_raises_nothing_twice_and_brings_an_open_alert_up_to_date() -> None:
    raised = alert()
    AlertScanProgress.objects.update(position=0)
    assert services.scan_for_alerts() == 0
    refuse(3)
    make_leaves()
    assert services.scan_for_alerts() == 0
    raised.refresh_from_db()
    assert (raised.measured, raised.entry_count) == (5, 5)
    assert LogEntry.objects.filter(action="alert.raised").count() == 1


def test_a_resolved_alert_stays_as_it_was_resolved(officer: User) -> None:
    raised = alert()
    services.resolve_alert(raised.pk, "explain", "A test of ours.", officer.actor)
    refuse(3)
    make_leaves()
    services.scan_for_alerts()
    raised.refresh_from_db()
    assert (raised.state, raised.measured) == (AlertState.EXPLAINED, 2)


def test_an_entry_that_gets_its_place_late_counts_although_newer_ones_were_looked_at() -> None:
    only(AlertKind.REFUSALS, refusals=2)
    make_leaves()
    refuse(2)
    late = set(Pending.objects.values_list("entry", flat=True))
    Pending.objects.all().delete()  # as if they were still in their transaction
    refuse(2, LEAD)
    make_leaves()
    services.scan_for_alerts()
    assert Alert.objects.get().actor == LEAD.pseudonym
    Pending.objects.bulk_create(Pending(entry=entry) for entry in late)
    make_leaves()
    services.scan_for_alerts()
    assert set(Alert.objects.get(actor=CURIOUS.pseudonym).entries) == {str(entry) for entry in late}


def test_more_entries_than_one_batch_holds_are_all_looked_at() -> None:
    only(AlertKind.REFUSALS, refusals=2)
    refuse(20)
    make_leaves()
    services.scan_for_alerts(batch=3)
    assert Alert.objects.get().measured == 20
    assert AlertScanProgress.objects.get().position == TreeLeaf.objects.count()


def test_a_site_with_a_long_log_does_not_begin_at_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    past = clock.now() - datetime.timedelta(days=3)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: past)
        refuse(5)
    only(AlertKind.REFUSALS, refusals=2)
    make_leaves()
    services.scan_for_alerts()
    assert not Alert.objects.exists()
    refuse(2)
    make_leaves()
    services.scan_for_alerts()
    assert Alert.objects.get().measured == 2


def test_a_usual_day_is_learned_from_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    only(AlertKind.VOLUME, times_usual=3, usual_from=4)
    today = clock.now()
    for days in range(6, 0, -1):
        with monkeypatch.context() as patch:
            past = today - datetime.timedelta(days=days)
            patch.setattr(clock, "now", lambda past=past: past)
            view()
            make_leaves()
            AlertScanProgress.objects.get_or_create(id=1, defaults={"position": 0, "looked_at": past})
            services.scan_for_alerts()
    assert list(ViewingTally.objects.order_by("day").values_list("views", flat=True)) == [1] * 6
    for _ in range(4):
        view()
    make_leaves()
    services.scan_for_alerts()
    raised = Alert.objects.get()
    assert (raised.kind, raised.measured, raised.allowed) == (AlertKind.VOLUME, 4, 3)


def test_a_reveal_waits_for_its_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    only(AlertKind.REVEALS, minutes=30)
    clip = uuid.uuid4()
    view(LEAD, clip=clip, purpose="moderation")
    make_leaves()
    services.scan_for_alerts()
    assert AwaitedScope.objects.count() == 1
    assert not Alert.objects.exists()
    later = clock.now() + datetime.timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert services.scan_for_alerts() == 1
    raised = Alert.objects.get()
    assert (raised.clip, raised.subject, raised.actor_role) == (clip, "o-home2222", Role.LEAD)
    assert not AwaitedScope.objects.exists()


def test_a_rule_that_is_off_raises_nothing() -> None:
    for kind in AlertKind.values:
        services.change_alert_rule(kind, {}, enabled=False, version=0, actor=LEAD)
    refuse(50)
    make_leaves()
    services.scan_for_alerts()
    assert not Alert.objects.exists()


def test_two_who_change_a_rule_do_not_overwrite_each_other() -> None:
    services.change_alert_rule("refusals", {"refusals": 7}, enabled=True, version=0, actor=LEAD)
    with pytest.raises(ChangedSince, match="changed_meanwhile"):
        services.change_alert_rule("refusals", {"refusals": 8}, enabled=True, version=0, actor=LEAD)
    rule("refusals", refusals=9)
    assert list(AlertRule.objects.order_by("version").values_list("version", "current")) == [
        (1, False),
        (2, True),
    ]
    entry = LogEntry.objects.filter(action="alert.rule_changed").order_by("-id")[0]
    assert json.loads(bytes(entry.canonical))["data"]["values"] == ["refusals=9", "sign_ins=5"]


def test_an_alert_is_taken_given_back_and_resolved_with_a_reason(officer: User) -> None:
    raised = alert()
    assert services.take_alert(raised.pk, officer.actor).taken_by == officer.pseudonym
    with pytest.raises(Conflict, match="not_possible_now"):
        services.take_alert(raised.pk, officer.actor)
    services.give_back_alert(raised.pk, officer.actor)
    with pytest.raises(Invalid, match="reason_too_short"):
        services.resolve_alert(raised.pk, "escalate", " ", officer.actor)
    with pytest.raises(Invalid, match="unknown_decision"):
        services.resolve_alert(raised.pk, "forget", "A reason.", officer.actor)
    services.resolve_alert(raised.pk, "escalate", "Nobody knows why.", officer.actor)
    resolved = services.resolve_alert(raised.pk, "explain", "A broken bookmark.", officer.actor)
    assert selectors.resolved_reason(resolved) == ("readable", "A broken bookmark.")
    assert set(EntryDetail.objects.values_list("subject", flat=True)) == {CURIOUS.pseudonym}


def test_nobody_resolves_an_alert_about_themselves(site: Client, officer: User) -> None:
    raised = alert(actor=officer.actor)
    with pytest.raises(NotAllowed, match="own_alert"):
        services.resolve_alert(raised.pk, "explain", "It was me.", officer.actor)
    site.post(
        reverse("oversight:resolve_alert", args=[raised.pk]),
        {"decision": "explain", "reason": "It was me."} | seen(raised),
    )
    raised.refresh_from_db()
    assert raised.state == AlertState.OPEN
    assert "about you" in site.get(reverse("oversight:alert", args=[raised.pk])).content.decode()


def test_an_officer_works_through_the_queue(site: Client, officer: User) -> None:
    raised = alert()
    page = site.get(reverse("oversight:alerts")).content.decode()
    assert reverse("oversight:alert", args=[raised.pk]) in page
    assert '<span class="waiting">1' in page
    opened = site.get(reverse("oversight:alert", args=[raised.pk])).content.decode()
    assert "Refused: GET operations" in opened
    assert LogEntry.objects.filter(action="alert.opened", actor=officer.pseudonym).count() == 1
    site.post(reverse("oversight:take_alert", args=[raised.pk]), seen(raised))
    assert (
        site.post(
            reverse("oversight:resolve_alert", args=[raised.pk]), {"decision": "explain", "reason": "?"}
        ).status_code
        == 400
    )
    site.post(
        reverse("oversight:resolve_alert", args=[raised.pk]),
        {"decision": "explain", "reason": "A new colleague."} | seen(raised),
    )
    raised.refresh_from_db()
    assert (raised.state, raised.resolved_by) == (AlertState.EXPLAINED, officer.pseudonym)
    assert "Nothing waits" in site.get(reverse("oversight:alerts")).content.decode()
    assert "A new colleague." in site.get(reverse("oversight:alert", args=[raised.pk])).content.decode()


def test_the_queue_is_filtered_by_rule_and_person(site: Client) -> None:
    raised = alert()
    address = reverse("oversight:alert", args=[raised.pk])
    for query, there in (
        ({"kind": "refusals"}, True),
        ({"kind": "volume"}, False),
        ({"person": CURIOUS.pseudonym}, True),
        ({"person": "p-nobody22"}, False),
        ({"state": "explained"}, False),
    ):
        assert (address in site.get(reverse("oversight:alerts"), query).content.decode()) is there, query


@pytest.mark.usefixtures("journal_asked_before")
def test_the_queue_costs_the_same_queries_at_one_and_at_three_rows(
    site: Client, django_assert_max_num_queries: Any
) -> None:
    alert()
    costs = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as context:
            site.get(reverse("oversight:alerts"))
        costs.append(len(context))
        for number in range(2):
            refuse(2, Actor(f"p-other{number}", Role.LEAD))
        make_leaves()
        services.scan_for_alerts()
    assert Alert.objects.count() == 3
    assert costs[0] == costs[1]


def test_the_editor_says_what_the_values_would_have_given(site: Client) -> None:
    refuse(4)
    address = reverse("oversight:alert_rule", args=["refusals"])
    assert "<dd>0</dd>" in markup(site.get(address).content.decode())
    values = {"refusals": 4, "sign_ins": 9, "version": 0, "enabled": "on"}
    tried = markup(site.post(address, {**values, "preview": "1"}).content.decode())
    assert "<dd>1</dd>" in tried
    assert not AlertRule.objects.exists()
    site.post(address, values)
    assert AlertRule.objects.get().values == {"refusals": 4, "sign_ins": 9}
    assert site.post(address, {**values, "refusals": 0}).status_code == 400


def test_hours_are_edited_with_their_people(site: Client, officer: User) -> None:
    address = reverse("oversight:alert_rule", args=["off_hours"])
    values = {
        "begin": "08:00",
        "end": "18:30",
        "zone": "Europe/Berlin",
        "weekdays": ["0", "1"],
        "people": f"{officer.username} 22:00 06:00 Asia/Manila",
        "views": 2,
        "version": 0,
        "enabled": "on",
    }
    site.post(address, values)
    assert AlertRule.objects.get().values == {
        "begin": "08:00",
        "end": "18:30",
        "zone": "Europe/Berlin",
        "weekdays": [0, 1],
        "people": [[officer.pseudonym, "22:00", "06:00", "Asia/Manila"]],
        "views": 2,
    }
    assert f"{officer.pseudonym} 22:00" in site.get(address).content.decode()
    for people in (
        "nobody 22:00 06:00 UTC",
        f"{officer.username} 25:00 06:00 UTC",
        "x",
        f"{officer.username} 1:00 2:00 Mars",
    ):
        refused = site.post(address, {**values, "version": 1, "people": people})
        assert refused.status_code == 400, people


def test_unknown_rules_and_alerts_are_not_found(site: Client) -> None:
    assert site.get(reverse("oversight:alert_rule", args=["nothing"])).status_code == 404
    assert site.get(reverse("oversight:alert", args=[uuid.uuid4()])).status_code == 404

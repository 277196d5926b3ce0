"""The same act again and again is told by doubling: nothing is lost, and no script fills the log."""

import datetime
import json
from typing import Any

import pytest
from django.db import transaction

from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry, Series
from annotations.core import clock
from annotations.review import log as review
from annotations.rights import log as rights
from tests import factories as make

pytestmark = pytest.mark.django_db

OWNER = Actor("o-somebody", "owner")
REVIEWER = Actor("p-reviewer", "contractor")


def told(code: str) -> list[dict[str, Any]]:
    entries = LogEntry.objects.filter(action=code).order_by("occurred_at", "id")
    return [json.loads(bytes(entry.canonical))["data"] for entry in entries]


@transaction.atomic
def read(actor: Actor = OWNER) -> str:
    return str(repeats.tell(rights.RECEIPT_SERVED, actor, subject="o-somebody"))


@transaction.atomic
def watched(start: int, end: int) -> None:
    data = {
        "assignment": "00000000-0000-7000-8000-000000000000",
        "ranges": [[start, end]],
        "claimed_by": "browser",
    }
    repeats.tell(review.WATCHED, REVIEWER, subject="o-somebody", data=data)


def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + datetime.timedelta(hours=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)


def test_the_first_five_are_told_one_by_one_and_then_each_doubling() -> None:
    entries = [read() for _ in range(100)]
    assert len(told("privacy.receipt_served")) == 5
    assert [data["times"] for data in told("audit.repeated")] == [5, 10, 20, 40]
    assert {data["entry"] for data in told("audit.repeated")} == {entries[4]}
    # One that is only counted is told by the last of the single ones.
    assert entries[5] == entries[99] == entries[4]


def test_a_million_make_22_entries() -> None:
    assert sum(repeats.due(count) for count in range(1, 1_000_001)) == 22


def test_one_person_does_not_hide_another() -> None:
    for _ in range(20):
        read()
    read(REVIEWER)
    assert LogEntry.objects.filter(action="privacy.receipt_served", actor=REVIEWER.pseudonym).count() == 1


def test_what_was_counted_is_told_when_the_hour_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(8):
        read()
    assert repeats.end_series() == 0
    an_hour_later(monkeypatch)
    assert repeats.end_series() == 1
    assert [data["times"] for data in told("audit.repeated")] == [3]
    entry = LogEntry.objects.get(action="audit.repeated")
    assert (entry.actor, entry.actor_role, entry.subject) == (OWNER.pseudonym, OWNER.role, "o-somebody")
    assert not Series.objects.exists()


def test_a_new_hour_begins_with_an_entry_and_tells_the_rest_of_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(8):
        read()
    an_hour_later(monkeypatch)
    read()
    assert len(told("privacy.receipt_served")) == 6
    assert [data["times"] for data in told("audit.repeated")] == [3]


def test_what_an_act_that_failed_did_is_not_counted() -> None:
    for _ in range(7):
        read()
    with transaction.atomic():
        read()
        transaction.set_rollback(True)
    assert Series.objects.get().count == 7


def test_no_watched_range_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    for second in range(12):
        watched(second * 1000, (second + 1) * 1000)
    assert [data["ranges"] for data in told("review.watched")[5:]] == [[[5000, 10_000]]]
    an_hour_later(monkeypatch)
    repeats.end_series()
    assert told("review.watched")[-1]["ranges"] == [[10_000, 12_000]]
    assert told("audit.repeated") == []


def test_too_many_ranges_are_told_with_the_shortest_gaps_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST_RANGES", 4)
    for start in range(0, 400, 10):
        watched(start, start + 5)
    watched(50_000, 60_000)
    assert all(len(data["ranges"]) <= 4 for data in told("review.watched"))
    ranges = told("review.watched")[-1]["ranges"]
    assert (ranges[0][0], ranges[-1][1]) == (200, 395)


def test_a_kind_that_changes_something_is_told_each_time() -> None:
    clip = make.make_clip()
    for _ in range(20):
        with transaction.atomic():
            repeats.tell(rights.WITHDRAWAL, OWNER, clip=clip.public_id, data={"source": "owner"})
    assert len(told("privacy.withdrawal")) == 20

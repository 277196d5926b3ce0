"""Searching the log."""

import datetime
import uuid
from typing import Any

import pytest
from django.db import transaction

from annotations.audit import selectors, services
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.audit.search import Filters, search
from annotations.core import clock

pytestmark = pytest.mark.django_db
CLIP, OTHER_CLIP = uuid.UUID(int=1, version=4), uuid.UUID(int=2, version=4)
ANA, BEN = Actor("p-ana22222", "contractor"), Actor("p-ben22222", "lead")


def write(
    actor: Actor = ANA, clip: uuid.UUID = CLIP, subject: str = "o-owner222", reason: str = "legal"
) -> LogEntry:
    with transaction.atomic():
        return services.append(
            lookup("clip.held"), actor, clip=clip, subject=subject, data={"reason": reason}
        )


def found(**filters: object) -> list[uuid.UUID]:
    return [line.entry.pk for line in search(Filters(**filters)).lines]  # type: ignore[arg-type]


def test_newest_first() -> None:
    written = [write().pk for _ in range(3)]
    assert found() == written[::-1]


def test_each_filter_narrows_alone_and_together() -> None:
    first = write()
    second = write(actor=BEN, clip=OTHER_CLIP, subject="o-other222")
    with transaction.atomic():
        third = services.append(lookup("account.signed_in"), BEN)
    assert found(actor="p-ana22222") == [first.pk]
    assert found(clip=OTHER_CLIP) == [second.pk]
    assert found(subject="o-owner222") == [first.pk]
    assert found(action="account.signed_in") == [third.pk]
    assert found(actor="p-ben22222", action="clip.held") == [second.pk]
    assert found(actor="p-ana22222", clip=OTHER_CLIP) == []


def test_since_is_inclusive_and_until_is_exclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    written = []
    for minute in range(3):
        monkeypatch.setattr(clock, "now", lambda minute=minute: noon + datetime.timedelta(minutes=minute))
        written.append(write().pk)
    assert found(since=noon + datetime.timedelta(minutes=1)) == written[:0:-1]
    assert found(until=noon + datetime.timedelta(minutes=1)) == written[:1]


def test_pages_hold_every_entry_once_also_when_times_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)
    written = {write().pk for _ in range(7)}
    seen: list[uuid.UUID] = []
    cursor = ""
    while True:
        page = search(Filters(), cursor=cursor, size=3)
        seen += [line.entry.pk for line in page.lines]
        if not page.older:
            break
        cursor = page.older
        monkeypatch.setattr(clock, "now", lambda: noon + datetime.timedelta(seconds=1))
        write()  # what comes in meanwhile is newer, so it moves nothing
    assert len(seen) == 7
    assert set(seen) == written


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "2026-01-01~", "~", "2026-01-01T00:00:00+00:00~zz", "2026-01-01T00:00:00~" + str(CLIP)],
)
def test_a_cursor_made_elsewhere_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        search(Filters(), cursor=cursor)


def test_a_page_costs_the_same_queries_however_long_it_is(django_assert_max_num_queries: Any) -> None:
    costs = []
    for _ in range(2):
        write()
        with django_assert_max_num_queries(8) as context:
            assert search(Filters()).lines
        costs.append(len(context))
        write()
    assert costs[0] == costs[1]


def test_the_clip_s_own_line_of_time_is_oldest_first() -> None:
    written = [write(reason="legal").pk, write(reason="flagged").pk]
    write(clip=OTHER_CLIP)
    lines = selectors.of_clip(CLIP)
    assert [line.entry.pk for line in lines] == written
    assert [line.sentence for line in lines] == [
        "Held: legal hold",
        "Held: flagged inappropriate by a person",
    ]

"""Searching the log: every combination of filters, in both directions, with bounded work."""

import datetime
import itertools
import random
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from annotations.audit import search as searching, services
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.audit.search import Filters, at, batches, matching, newest, onward, search, time_limit
from annotations.core import clock
from annotations.core.errors import Invalid

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
PEOPLE = [Actor("p-ana22222", "contractor"), Actor("p-ben22222", "lead"), Actor("system-worker", "worker")]
CLIPS = [uuid.UUID(int=number, version=4) for number in (1, 2, 3)]
KINDS = [
    ("clip.held", {"reason": "legal"}),
    ("clip.hold_released", {"reason": "legal"}),
    ("account.signed_in", {}),
    ("content.flag_upheld", {"flag": str(uuid.uuid4()), "category": "nudity"}),
]


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[LogEntry]:
    """Two hundred entries, often several at one instant, newest first."""
    chance = random.Random(7)
    moment = NOON
    for number in range(200):
        moment += datetime.timedelta(seconds=chance.choice((0, 0, 1, 60)))
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        code, data = chance.choice(KINDS)
        with (
            structlog.contextvars.bound_contextvars(request_id=f"request-{number // 3}"),
            transaction.atomic(),
        ):
            services.append(
                lookup(code),
                chance.choice(PEOPLE),
                clip=chance.choice([*CLIPS, None]),
                subject=chance.choice(("o-one22222", "o-two22222", "")),
                purpose=chance.choice(("labeling", "moderation", "")),
                data=data,
            )
    return list(LogEntry.objects.order_by("-occurred_at", "-id"))


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of three entries, so that these few are as many as millions."""
    monkeypatch.setattr(searching, "WINDOW", 3)
    monkeypatch.setattr(searching, "WIDEST", 6)


def fits(entry: LogEntry, filters: Filters) -> bool:
    action = filters.action
    return (
        (not filters.actor or entry.actor == filters.actor)
        and (not filters.clip or entry.clip == filters.clip)
        and (not filters.subject or entry.subject == filters.subject)
        and (
            not action
            or entry.action == action
            or (action.endswith("*") and entry.action.startswith(action[:-1]))
        )
        and (not filters.purpose or entry.purpose == filters.purpose)
        and (not filters.role or entry.actor_role == filters.role)
        and (not filters.request or entry.request == filters.request)
        and (not filters.since or entry.occurred_at >= filters.since)
        and (not filters.until or entry.occurred_at < filters.until)
    )


def combinations() -> Iterator[Filters]:
    for actor, action, purpose, role, clip in itertools.product(
        ("", "p-ana22222", "p-nobody22"),
        ("", "clip.held", "clip.*"),
        ("", "labeling"),
        ("", "lead"),
        (None, CLIPS[0]),
    ):
        yield Filters(actor=actor, action=action, purpose=purpose, role=role, clip=clip)
    yield Filters(request="request-20")
    yield Filters(subject="o-one22222", role="worker")
    yield Filters(since=NOON + datetime.timedelta(minutes=20), until=NOON + datetime.timedelta(minutes=30))
    yield Filters(action="content.*", role="lead", since=NOON + datetime.timedelta(minutes=5))


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(0, id="stopped after each window"),
        pytest.param(5, id="with time enough", marks=pytest.mark.once),
    ],
)
def test_any_combination_gives_every_entry_once_in_both_directions(
    entries: list[LogEntry], seconds: float
) -> None:
    for filters in combinations():
        expected = [entry.pk for entry in entries if fits(entry, filters)]
        seen, pages, cursor = [], 0, ""
        while True:
            page = search(filters, cursor=cursor, size=7, seconds=seconds)
            seen += [line.entry.pk for line in page.lines]
            pages += 1
            assert len(page.lines) == 7 or page.searched_to or not page.older
            if not page.older:
                break
            cursor = page.older
        assert seen == expected, filters
        assert pages < 80
        back: list[uuid.UUID] = []
        cursor = at(NOON - datetime.timedelta(days=1))
        while True:
            page = search(filters, cursor=cursor, newer=True, size=7, seconds=seconds)
            ids = [line.entry.pk for line in page.lines]
            if not page.newer:  # the newest page, which may repeat what came before it
                assert ids == expected[: len(ids)]
                assert len(ids) == min(7, len(expected)) or page.searched_to
                break
            back, cursor = [*ids, *back], page.newer
            assert back == expected[len(expected) - len(back) :], filters
        assert len(expected) - len(back) <= 7


@pytest.mark.usefixtures("entries", "narrow")
def test_a_search_that_was_stopped_says_how_far_it_came_and_goes_on() -> None:
    nothing = Filters(actor="p-ana22222", role="worker")
    page = search(nothing, seconds=0)
    assert page.lines == []
    assert page.searched_to
    assert page.older
    further = search(nothing, cursor=page.older, seconds=0)
    assert further.searched_to
    assert further.searched_to < page.searched_to
    whole = search(nothing, seconds=5)
    assert (whole.lines, whole.older, whole.searched_to) == ([], "", None)


def test_going_to_a_time_shows_what_had_happened_by_then(entries: list[LogEntry]) -> None:
    moment = NOON + datetime.timedelta(minutes=20)
    page = search(Filters(), cursor=at(moment), size=10)
    expected = [entry.pk for entry in entries if entry.occurred_at <= moment]
    assert [line.entry.pk for line in page.lines] == expected[:10]
    newer = search(Filters(), cursor=page.newer, newer=True, size=10)
    assert newer.lines[-1].entry.occurred_at > moment


@pytest.mark.usefixtures("narrow")
def test_a_story_and_a_batch_run_in_the_order_of_time(entries: list[LogEntry]) -> None:
    filters = Filters(clip=CLIPS[0], role="contractor")
    expected = [entry.pk for entry in reversed(entries) if fits(entry, filters)]
    assert [entry.pk for batch in batches(filters, 4) for entry in batch] == expected
    told, cursor = [], ""
    while True:
        lines, cursor = onward(filters, cursor=cursor, size=4)
        told += [line.entry.pk for line in lines]
        if not cursor:
            break
    assert told == expected


def test_batches_take_what_comes_in_meanwhile_or_leave_it_by_time(entries: list[LogEntry]) -> None:
    until = entries[0].occurred_at
    found = [entry for batch in batches(replace(Filters(), until=until), 50) for entry in batch]
    assert [entry.pk for entry in found] == [
        entry.pk for entry in reversed(entries) if entry.occurred_at < until
    ]


def test_a_statement_that_takes_too_long_is_ended_with_advice() -> None:
    if connection.vendor != "postgresql":
        with time_limit(1):
            assert search(Filters()).lines == []
        return
    with pytest.raises(Invalid, match="search_too_slow"), time_limit(50), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    assert search(Filters()).lines == []


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("seconds", [0, 5])
def test_entries_of_a_condition_are_found_through_windows(entries: list[LogEntry], seconds: float) -> None:
    wanted = Exists(
        LogEntry.objects.filter(id=OuterRef("id"), occurred_at__lt=NOON + datetime.timedelta(minutes=30))
    )
    for filters in combinations():
        found, stopped = newest(filters, wanted, count=1000, seconds=seconds)
        expected = [
            entry.pk
            for entry in entries
            if fits(entry, filters) and entry.occurred_at < NOON + datetime.timedelta(minutes=30)
        ]
        if seconds:
            assert stopped is None
            assert [entry.pk for entry in found] == expected, filters
        else:
            assert [entry.pk for entry in found] == expected[: len(found)]
            assert stopped or len(found) == len(expected)


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(actor="p-ana22222"), "logentry_actor"),
        (Filters(clip=CLIPS[0]), "logentry_clip"),
        (Filters(subject="o-one22222"), "logentry_subject"),
        (Filters(action="clip.held"), "logentry_action"),
        (Filters(purpose="labeling"), "logentry_purpose"),
        (Filters(role="lead"), "logentry_role"),
        (Filters(request="request-1"), "logentry_request"),
        (Filters(since=NOON), "logentry_time"),
    ],
)
@pytest.mark.usefixtures("entries")
def test_each_filter_is_found_by_its_own_index(filters: Filters, index: str) -> None:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # a table as small as this one would be read as a whole
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("ANALYZE audit_logentry")
        page = matching(filters).order_by("-occurred_at", "-id")[:51]
        assert index in page.explain()


def test_an_area_of_one_kind_is_found() -> None:
    data = {"effect": "blur", "before": "mosaic", "version": 1}
    with transaction.atomic():
        entry = services.append(lookup("hiding.chosen"), PEOPLE[0], data=data)
    assert [line.entry.pk for line in search(Filters(action="hiding.*")).lines] == [entry.pk]

"""No call that is repeated grows the log by more than the logarithm of how often, whoever sends it.

Three walks: every route that serves content or a key, calls that vary what they ask for, and every service that writes.
What changes something each time is told each time; `CHANGES` says why no person can repeat it without bound.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotations.accounts import log as accounts_log, refusals, same_calls, services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import Session
from annotations.accounts.selectors import credentials_of
from annotations.audit import log, repeats
from annotations.audit.actors import ANONYMOUS, WORKER
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.review import services as review
from annotations.rights import receipts
from tests import factories as make
from tests.accounts.authenticators import add_passkey, answer
from tests.audit import test_every_route_is_logged as reading, test_every_write_is_logged as writes
from tests.forms import seen

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FEW, MANY = 12, 1000


@pytest.fixture(autouse=True)
def _counting_from_nothing() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def bound(calls: int) -> int:
    """How many entries of one kind so many of the same may leave."""
    return sum(map(repeats.due, range(1, calls + 1)))


def grown(call: Callable[[int], Any], calls: int) -> Counter[str]:
    """How many entries of each kind so many calls leave."""
    before = set(LogEntry.objects.values_list("pk", flat=True))
    for number in range(calls):
        call(number)
    return Counter(LogEntry.objects.exclude(pk__in=before).values_list("action", flat=True))


def check(call: Callable[[int], Any], calls: int) -> None:
    found = grown(call, calls)
    assert found
    # One kind tells of the repeats of all: each of the others has a series of its own.
    series = len(found.keys() - {log.REPEATED.code})
    most = {kind: bound(calls) * (series if kind == log.REPEATED.code else 1) for kind in found}
    assert {kind: count for kind, count in found.items() if count > most[kind]} == {}


def test_the_bound_is_a_logarithm() -> None:
    assert [bound(10**power) for power in range(1, 7)] == [6, 9, 12, 15, 19, 22]


# What is asked for, again and again


def repeated(route: str) -> Callable[[int], Any]:
    asked = reading.CASES[route]()
    return lambda _: reading.body(asked.send())


SOME = ("redaction:media", "review:media_token", "oversight:log", "rights:receipt", "rights:receipt_erase")


@pytest.mark.both
@pytest.mark.parametrize("route", SOME)
def test_content_that_is_asked_for_again_is_counted(route: str) -> None:
    check(repeated(route), FEW)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("route", sorted(reading.CASES))
def test_content_that_is_asked_for_a_thousand_times_is_counted(route: str) -> None:
    check(repeated(route), MANY)


# Calls that vary

VARIED: dict[str, Callable[[], Callable[[int], Any]]] = {}
Prepare = Callable[[], Callable[[int], Any]]


def varied(name: str) -> Callable[[Prepare], Prepare]:
    def register(prepare: Prepare) -> Prepare:
        VARIED[name] = prepare
        return prepare

    return register


@varied("the owner's receipt, by HEAD")
def _() -> Callable[[int], Any]:
    path = receipts.path_for(make.make_clip())
    return lambda _: Client().head(path)


@varied("the owner's receipt, by programs that look at links")
def _() -> Callable[[int], Any]:
    path = receipts.path_for(make.make_clip())
    return lambda number: Client().get(
        path, headers={"User-Agent": f"linkbot/{number}", "Sec-Purpose": "prefetch"}
    )


@varied("withdrawing by a receipt")
def _() -> Callable[[int], Any]:
    path = reverse("rights:receipt_withdraw", args=[receipts.token_for(make.make_clip())])
    return lambda number: Client().post(path, {"reason": f"I want it back, {number}."})


@varied("signing in with names that nobody has")
def _() -> Callable[[int], Any]:
    path = reverse("accounts:sign_in")
    return lambda number: Client().post(path, {"username": f"nobody-{number}", "password": "a password"})


@varied("signing in and out")
def _() -> Callable[[int], Any]:
    client, person = Client(), make.make_user()

    def once(number: int) -> None:
        client.force_login(person)
        client.post(reverse("accounts:sign_out"))

    return once


def ranged(asked: reading.Asked, number: int) -> None:
    reading.body(asked.client.get(asked.path, headers={"Range": f"bytes={number}-{number + 10}"}))


@varied("ranges of a rendition")
def _() -> Callable[[int], Any]:
    asked = reading.delivered(Role.CONTRACTOR)
    return lambda number: ranged(asked, number)


@varied("new addresses of a rendition")
def _() -> Callable[[int], Any]:
    asked = reading.CASES["review:media_token"]()

    def once(number: int) -> None:
        response = asked.send()
        if response.status_code == 200:
            reading.body(asked.client.get(response.json()["url"]))

    return once


@varied("ranges of an original without redaction")
def _() -> Callable[[int], Any]:
    asked = reading.access("break_glass.served", token=True)
    return lambda number: ranged(asked, number)


@varied("reports of what was watched")
def _() -> Callable[[int], Any]:
    reviewer = make.make_user()
    assignment = make.make_assignment(reviewer)
    step = assignment.clip.duration / (2 * MANY)

    def once(number: int) -> None:
        span = (2 * number * step, (2 * number + 1) * step)
        review.record_watched(reviewer, assignment.public_id, [span])

    return once


@varied("more time for a clip")
def _() -> Callable[[int], Any]:
    reviewer = make.make_user()
    client, path = Client(), reverse("review:extend", args=[make.make_assignment(reviewer).public_id])
    client.force_login(reviewer)
    return lambda _: client.post(path)


@varied("files that are refused")
def _() -> Callable[[int], Any]:
    client = Client(headers={"Authorization": f"Bearer {accounts.create_key(WORKER, make.make_submitter())}"})
    until = clock.now() + clock.seconds(86_400)

    def once(number: int) -> None:
        client.post(
            "/api/v1/clips",
            {
                "file": SimpleUploadedFile("porch.mp4", b"no video %d" % number),
                "owner": f"owner-{number}",
                "notice_version": "1",
                "purposes": "training",
                "granted_at": clock.now().isoformat(),
                "until": until.isoformat(),
            },
        )

    return once


@varied("addresses that do not exist")
def _() -> Callable[[int], Any]:
    client = Client()
    client.force_login(make.make_user())
    return lambda _: client.get(reverse("review:workbench", args=[uuid.uuid4()]))


@varied("routes that are not for strangers")
def _() -> Callable[[int], Any]:
    return lambda _: Client().get(reverse("operations"))


@varied("passkeys that are shown")
def _() -> Callable[[int], Any]:
    person = make.make_user()
    device = add_passkey(person)
    return lambda _: accounts.check_passkey(person, answer(credentials_of(person), device))


@varied("sessions that run out")
def _() -> Callable[[int], Any]:
    client, person = Client(), make.make_user()

    def once(number: int) -> None:
        client.force_login(person)
        Session.objects.filter(user=person).update(seen_at=clock.now() - clock.seconds(86_400))
        client.get(reverse("review:home"))

    return once


@varied("keys that let nobody in")
def _() -> Callable[[int], Any]:
    return lambda number: Client().get("/api/v1/clips", headers={"Authorization": f"Bearer guess-{number}"})


@pytest.mark.parametrize("name", sorted(VARIED))
def test_calls_that_vary_are_counted_together(name: str) -> None:
    check(VARIED[name](), FEW)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(VARIED))
def test_a_thousand_calls_that_vary_are_counted_together(name: str) -> None:
    check(VARIED[name](), MANY)


# What is written

# Changes something each time. A form of the same content is refused after 20 an hour (`same_calls`), and what is done
# by command is done by whoever runs the site.
CHANGES = {
    "accounts.create_key": "a command makes keys",
    "accounts.mail_link": "each mail leaves; a form",
    "accounts.record_in_person": "a command, and each time with the person's password",
    "accounts.renew_recovery_codes": "each time other codes; a form, which asks anew who is there",
    "accounts.renew_link": "each link ends the one before; a form",
    "accounts.set_password": "a command sets passwords",
    "audit.repeat_destruction": "a restore repeats what the journal tells",
    "moderation.flag": "each flag waits for a decision; a form of leads, and of reviewers once for each assignment",
    "outgoing.tell": "each message leaves; part of the act that it tells",
    "outgoing.tell_person": "each message leaves; part of the act that it tells",
    "outgoing.try_target": "each trial leaves; a form of operators",
    "redaction.fetch_model": "a command fetches models",
    "redaction.retry": "the page offers runs that failed, and a run that was started again is none of them",
    "redaction.training_examples": "a command reads them",
    "review.flag_task": "each flag waits for a decision; a form of leads",
    "review.publish_schema": "a command publishes schemas",
    "rights.repeat_legal_hold": "a restore repeats what the journal tells",
    "rights.check_again": "each check has a certificate of its own; a form",
    "rights.record_certificate_shown": "the case shows another certificate each time",
    "rights.record_probe": "a command makes probes",
    "rights.record_scan": "a command scans",
}


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(writes.CASES))
def test_what_is_written_again_changes_something_or_is_counted(name: str) -> None:
    act = writes.CASES[name]()

    def once(number: int) -> None:
        with suppress(Exception):
            act()

    found = grown(once, FEW)
    many = {kind for kind, count in found.items() if count > bound(FEW)}
    assert bool(many) == (name in CHANGES), many


def test_a_walk_through_all_routes_is_counted_together(client: Client) -> None:
    """Of each kind twenty things have their own count, and whatever else is refused has one."""
    routes = [
        f"room:page_{number}".translate(str.maketrans("0123456789", "abcdefghij")) for number in range(500)
    ]
    for _ in range(4):
        for route in routes:
            accounts.record_refusal(ANONYMOUS, "GET", route)
    apart = refusals.MOST_THINGS * bound(4)
    assert LogEntry.objects.filter(action__startswith="access.refused").count() == apart + bound(4 * 480)
    accounts.record_turned_away(accounts_log.NOT_FOUND, ANONYMOUS, "GET", routes[-1])
    assert LogEntry.objects.filter(action="access.not_found").count() == 1, "another kind is another count"


def test_one_form_with_ever_other_content_is_refused_in_the_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(same_calls, "MOST_OF_A_ROUTE", 5)
    client.force_login(make.make_user())
    path, zones = reverse("accounts:choose_time_zone"), ("UTC", "Europe/Berlin")
    statuses = [client.post(path, {"zone": zones[n % 2], "junk": n}).status_code for n in range(8)]
    assert statuses == [302] * 5 + [429] * 3
    assert LogEntry.objects.filter(action="account.time_zone_chosen").count() == 4
    assert b"You have sent this form 5 times" in client.post(path, {"zone": "UTC"}).content


def test_the_same_form_is_refused_after_a_number_of_times_an_hour(client: Client) -> None:
    person = make.make_user(Role.OPERATOR)
    client.force_login(person)
    user = make.make_user(Role.OPERATOR)
    path, about = (
        reverse("accounts:step", args=[user.pk]),
        {"step": "renew_link", "reason": "It was lost."} | seen(user),
    )
    statuses = [client.post(path, about).status_code for _ in range(same_calls.MOST + 2)]
    assert set(statuses[: same_calls.MOST]) == {200}
    assert set(statuses[same_calls.MOST :]) == {429}
    assert client.post(path, about | {"reason": "It was lost again."}).status_code == 200
    assert LogEntry.objects.filter(action="access.too_often", actor=person.pseudonym).count() == 2

"""Guessing passwords: slowed down by account and by network, never a lock, and no answer tells who has an account."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import get_hasher
from django.test import Client, RequestFactory
from django.urls import reverse

from annotations.accounts import services, throttle
from annotations.accounts.enums import Role
from annotations.accounts.models import ThrottleCount, User
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from annotations.core import clock
from reviewapp import dispatch
from tests.factories import PASSWORD, make_submitter, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands while nobody moves it, however long the tries take."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)


HERE, THERE = "198.51.100.1", "203.0.113.77"
MINUTES = datetime.timedelta(minutes=1)


WRONG = "wrong"


def try_once(name: str, password: str = WRONG, client: Client | None = None, **headers: Any) -> Any:
    typed = {"username": name, "password": password}
    return (client or Client()).post(reverse("accounts:sign_in"), typed, **headers)


def told() -> list[str]:
    found = LogEntry.objects.filter(action__startswith="account.").exclude(action="account.created")
    return list(found.order_by("occurred_at", "id").values_list("action", flat=True))


def pass_time(**span: float) -> None:
    """The clock goes on by so much."""
    began = clock.now()
    clock.now = lambda: began + datetime.timedelta(**span)


def fail(times: int, name: str, address: str = HERE) -> None:
    """So many failures in a row, each as soon as it may be."""
    for _ in range(times):
        answer = try_once(name, REMOTE_ADDR=address)
        if answer.status_code == 429:
            pass_time(seconds=int(answer["Retry-After"]))
            answer = try_once(name, REMOTE_ADDR=address)
        assert answer.status_code == 200


def test_the_first_failures_cost_nothing_and_then_each_doubles_the_wait() -> None:
    count = throttle.Count("key", 5, MINUTES)
    waits = [count.wait(failures).total_seconds() for failures in range(20)]
    assert waits == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900, 900]
    assert count.wait(10**9) == throttle.LONGEST_WAIT
    assert [failures for failures in range(40) if count.slowest(failures)] == [14]


def test_failures_are_forgotten_one_by_one_and_not_more_are_kept_than_the_longest_wait_takes() -> None:
    count = throttle.Count("key", 5, MINUTES)
    assert [count.after(7, n * MINUTES / 2) for n in range(6)] == [7, 7, 6, 6, 5, 5]
    assert count.after(7, 100 * MINUTES) == 0
    assert [count.with_one_more(failures) for failures in (0, 4, 14, 15, 100)] == [1, 5, 15, 15, 15]


@pytest.mark.parametrize("request_of", [lambda: RequestFactory().post("/"), lambda: None])
def test_nothing_is_counted_for_longer_than_it_is_kept(request_of: Callable[[], Any]) -> None:
    for count in throttle.counts(request_of(), "somebody"):
        assert count.after(count.with_one_more(10**9), throttle.FORGOTTEN_AT_LAST) == 0
        assert count.forgets > throttle.LONGEST_WAIT or not count.of_account


def test_whoever_guesses_waits_and_is_told_how_long() -> None:
    person = make_user()
    assert [try_once(person.username).status_code for _ in range(7)] == [200] * 5 + [429] * 2
    answer = try_once(person.username, PASSWORD)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "2"
    assert "before you try again" in answer.content.decode()
    pass_time(seconds=3)
    assert try_once(person.username, PASSWORD).status_code == 302


def test_a_wait_is_not_made_longer_by_who_does_not_wait() -> None:
    person = make_user()
    for _ in range(5):
        try_once(person.username)
    before = list(ThrottleCount.objects.order_by("key").values_list("failures", "free_at"))
    for _ in range(20):
        try_once(person.username)
    assert list(ThrottleCount.objects.order_by("key").values_list("failures", "free_at")) == before
    assert told() == ["account.sign_in_failed"] * 5


def test_an_account_is_never_locked_for_ever() -> None:
    person = make_user()
    fail(40, person.username)
    pass_time(minutes=15)
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=HERE).status_code == 302
    assert told().count("account.locked_out") == 2  # of who guesses, and of the account


def test_a_person_elsewhere_does_not_wait_for_who_guesses_from_one_network() -> None:
    person = make_user()
    fail(10, person.username)
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=HERE).status_code == 429
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=THERE).status_code == 302


def test_many_networks_that_guess_one_account_wait_together() -> None:
    person = make_user()
    answers = [try_once(person.username, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(30)]
    assert answers == [200] * 20 + [429] * 10


def test_one_network_that_tries_many_accounts_waits() -> None:
    answers = [try_once(f"somebody-{n}", REMOTE_ADDR=HERE).status_code for n in range(40)]
    assert answers == [200] * 30 + [429] * 10
    assert try_once("somebody-else", REMOTE_ADDR=THERE).status_code == 200


@pytest.mark.parametrize(
    ("address", "waits"), [("2001:db8:1:2:ffff::9", True), ("2001:db8:1:3::1", False), ("no address", False)]
)
def test_of_ipv6_the_64_bits_of_a_site_count_as_one(address: str, waits: bool) -> None:
    person = make_user()
    for n in range(5):
        try_once(person.username, REMOTE_ADDR=f"2001:db8:1:2::{n}")
    assert (try_once(person.username, REMOTE_ADDR=address).status_code == 429) is waits


def test_ipv4_is_the_same_however_it_is_carried() -> None:
    person = make_user()
    for _ in range(5):
        try_once(person.username, REMOTE_ADDR=HERE)
    assert try_once(person.username, REMOTE_ADDR=f"::ffff:{HERE}").status_code == 429


def test_strangers_who_guess_do_not_shut_out_a_person_from_where_they_have_signed_in() -> None:
    person, known = make_user(), Client(REMOTE_ADDR=HERE)
    assert try_once(person.username, PASSWORD, known).status_code == 302
    known.post(reverse("accounts:sign_out"))
    for n in range(40):
        try_once(person.username, REMOTE_ADDR=HERE if n % 2 else f"192.0.2.{n}")
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=HERE).status_code == 429
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=THERE).status_code == 429
    assert try_once(person.username, PASSWORD, known).status_code == 302


def test_a_known_device_is_slowed_down_by_its_own_failures() -> None:
    person, known = make_user(), Client()
    try_once(person.username, PASSWORD, known)
    known.post(reverse("accounts:sign_out"))
    assert [try_once(person.username, client=known).status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_device_is_known_for_the_accounts_that_have_signed_in_there_and_forged_ones_for_none() -> None:
    first, second, third, shared = make_user(), make_user(), make_user(), Client()
    for person in (first, second):
        try_once(person.username, PASSWORD, shared)
        shared.post(reverse("accounts:sign_out"))
    for person in (first, third):
        for n in range(40):
            try_once(person.username, REMOTE_ADDR=f"192.0.2.{n}")
    assert try_once(third.username, PASSWORD, shared).status_code == 429
    forged = Client()
    forged.cookies["review_device"] = shared.cookies["review_device"].value[:-1] + "x"
    assert try_once(first.username, PASSWORD, forged).status_code == 429
    assert try_once(first.username, PASSWORD, shared).status_code == 302


def test_what_the_device_keeps_tells_nobody_s_name() -> None:
    person, client = make_user(username="anna-petrova"), Client()
    answer = try_once(person.username, PASSWORD, client)
    cookie = answer.cookies["review_device"]
    assert "anna" not in cookie.value
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_right_password_makes_the_callers_count_begin_anew_but_not_that_of_the_network() -> None:
    """Or whoever has an account could sign in between guesses at others."""
    person = make_user()
    for n in range(29):
        try_once(f"somebody-{n}", REMOTE_ADDR=HERE)
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=HERE).status_code == 302
    assert [try_once(f"more-{n}", REMOTE_ADDR=HERE).status_code for n in range(2)] == [200, 429]


def test_an_office_that_mistypes_now_and_then_is_not_slowed_down() -> None:
    """Every three minutes somebody behind one address gets a password wrong, on a device that is new."""
    for n in range(100):
        assert try_once(f"somebody-{n}", REMOTE_ADDR=HERE).status_code == 200
        pass_time(minutes=3)


def test_failures_are_forgotten() -> None:
    person = make_user()
    fail(4, person.username)
    pass_time(days=2)
    assert [try_once(person.username, REMOTE_ADDR=HERE).status_code for _ in range(5)] == [200] * 5
    pass_time(days=2)
    dispatch.prune()
    assert not ThrottleCount.objects.exists()


def test_a_new_link_lets_in_whose_account_is_being_guessed() -> None:
    person, operator = make_user(Role.OPERATOR), make_user(Role.OPERATOR)
    for n in range(40):
        try_once(person.username, REMOTE_ADDR=f"192.0.2.{n}")
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=THERE).status_code == 429
    token = services.renew_link(person.pk, "They are being guessed.", operator.actor)
    assert token
    services.use_link(token, "quite another long password")
    assert try_once(person.username, "quite another long password", REMOTE_ADDR=THERE).status_code == 302


def test_without_a_request_the_account_counts() -> None:
    person = make_user()
    found = [authenticate(None, username=person.username, password="wrong") for _ in range(20)]
    assert found == [None] * 20
    assert authenticate(None, username=person.username, password=PASSWORD) is None
    pass_time(minutes=1)
    assert authenticate(None, username=person.username, password=PASSWORD) == person


def test_the_throttle_keeps_no_name_and_no_address() -> None:
    try_once("MyPassw0rd!", REMOTE_ADDR=HERE)
    kept = " ".join(str(value) for row in ThrottleCount.objects.all() for value in vars(row).values())
    assert "MyPassw0rd" not in kept
    assert HERE not in kept


def test_behind_the_proxy_each_client_counts_by_itself_and_what_it_claims_counts_for_nothing(
    settings: Any,
) -> None:
    settings.TRUSTED_PROXY = True
    person = make_user()
    for n in range(5):
        try_once(person.username, headers={"X-Forwarded-For": f"192.0.2.{n}, {HERE}"})
    assert try_once(person.username, headers={"X-Forwarded-For": f"192.0.2.99, {HERE}"}).status_code == 429
    assert try_once(person.username, PASSWORD, headers={"X-Forwarded-For": THERE}).status_code == 302


# Nobody learns who has an account.


def closed() -> User:
    return make_user(is_active=False)


def without_password() -> User:
    return make_submitter()


class Unknown:
    username = "nobody-at-all"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls of the hash."""
    calls: list[str] = []
    hasher = type(get_hasher())

    def counting(name: str) -> Callable[..., Any]:
        original = getattr(hasher, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            return original(*args, **kwargs)

        return call

    for name in ("encode", "verify"):
        monkeypatch.setattr(hasher, name, counting(name))
    return calls


@pytest.mark.parametrize("make", [make_user, closed, without_password, Unknown])
@pytest.mark.parametrize("password", ["wrong", PASSWORD])
def test_every_name_gets_the_same_answer_for_the_same_work(
    make: Callable[[], Any], password: str, hashed: list[str]
) -> None:
    name = make().username
    hashed.clear()
    answer = try_once(name, password)
    assert len(hashed) == 1
    if (make, password) == (make_user, PASSWORD):
        assert answer.status_code == 302
        return
    assert answer.status_code == 200
    assert "User name or password is wrong." in answer.content.decode()
    assert "review_device" not in answer.cookies


@pytest.mark.parametrize("make", [make_user, closed, without_password, Unknown])
def test_every_name_is_slowed_down_alike_and_then_costs_no_hash(
    make: Callable[[], Any], hashed: list[str]
) -> None:
    name = make().username
    hashed.clear()
    assert [try_once(name).status_code for _ in range(8)] == [200] * 5 + [429] * 3
    assert len(hashed) == 5


def test_a_try_is_counted_before_the_password_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    person, seen = make_user(), list[int]()

    def looked_at(self: User, password: str) -> bool:
        seen.append(ThrottleCount.objects.filter(failures=1).count())
        return False

    monkeypatch.setattr(User, "check_password", looked_at)
    try_once(person.username)
    assert seen == [3]


def test_a_device_that_is_known_gets_no_say_over_other_accounts() -> None:
    person, other, known = make_user(), make_user(), Client()
    try_once(person.username, PASSWORD, known)
    known.post(reverse("accounts:sign_out"))
    assert [try_once(other.username, client=known).status_code for _ in range(6)] == [200] * 5 + [429]


def test_the_command_line_knows_the_actor() -> None:
    """A name that is asked for on the command line is throttled by the same count as on the page."""
    person = make_user()
    for _ in range(20):
        authenticate(None, username=person.username, password="wrong")
    assert try_once(person.username, PASSWORD, REMOTE_ADDR=THERE).status_code == 429
    assert COMMAND_LINE.pseudonym not in {
        entry.actor for entry in LogEntry.objects.filter(action__endswith="failed")
    }


def test_nothing_is_kept_longer_than_it_counts() -> None:
    try_once("somebody")
    ThrottleCount.objects.update(failed_at=clock.now() - datetime.timedelta(days=1, seconds=1))
    services.forget_old_tries()
    assert not ThrottleCount.objects.exists()

"""Refused calls and keys are on the log, and no script fills it with them."""

import datetime
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from annotations.accounts import refusals, services
from annotations.accounts.enums import Role
from annotations.accounts.middleware import PermissionMiddleware
from annotations.accounts.models import ApiKey, User
from annotations.audit import selectors as audit
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.core import clock
from tests.factories import make_assignment, make_submitter, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _counting_from_nothing() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def told(action: str) -> list[dict[str, object]]:
    entries = LogEntry.objects.filter(action=action).order_by("occurred_at", "id")
    return [json.loads(bytes(entry.canonical))["data"] for entry in entries]


def test_strangers_who_are_refused_are_on_the_log_by_route_and_never_by_address() -> None:
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.get(reverse("operations"))
    client.post("/api/v1/clips")
    assert told("access.refused") == [
        {"method": "GET", "route": "operations"},
        {"method": "POST", "route": "clips:api_clips"},
    ]
    assert {entry.actor for entry in LogEntry.objects.all()} == {"anonymous"}
    assert not any(b"203.0.113.7" in bytes(entry.canonical) for entry in LogEntry.objects.all())


def test_a_method_of_the_caller_s_own_making_is_told_as_other(client: Client) -> None:
    client.force_login(make_user(Role.CONTRACTOR))
    client.generic("SECRETS-OF-ANNA", reverse("operations"))
    assert told("access.refused") == [{"method": "OTHER", "route": "operations"}]


@pytest.mark.both
def test_a_script_makes_few_entries_that_tell_how_many_they_stand_for(client: Client) -> None:
    for _ in range(100):
        client.get(reverse("operations"))
    assert len(told("access.refused")) == 5
    assert [entry["times"] for entry in told("access.refused_again")] == [5, 10, 20, 40]
    first = LogEntry.objects.filter(action="access.refused_again").earliest("id")
    sentence = audit.present([first])[0].sentence
    assert sentence == "Refused, again and again: GET operations; times: 5"


def test_one_caller_does_not_hide_another(client: Client) -> None:
    for _ in range(50):
        client.get(reverse("operations"))
    person = make_user(Role.CONTRACTOR)
    client.force_login(person)
    client.get(reverse("operations"))
    assert LogEntry.objects.filter(action="access.refused", actor=person.pseudonym).count() == 1


def test_a_million_refusals_make_22_entries() -> None:
    due = [refusals.due(count) for count in range(1, 1_000_001)]
    assert sum(times > 0 for times in due) == 22
    assert sum(due) > 1_000_000 / 2


def test_every_refusal_is_counted() -> None:
    told = [refusals.counted("somebody", "thing") for _ in range(10_000)]
    assert told == [refusals.due(count) for count in range(1, 10_001)]


def test_counting_begins_anew_after_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "WINDOW_SECONDS", 0)  # over at once
    assert [refusals.counted("somebody", "thing") for _ in range(20)] == [1] * 20


def key_of(**changes: object) -> tuple[str, str]:
    owner = make_submitter()
    key = services.create_key(WORKER, owner)
    ApiKey.objects.filter(user=owner).update(**changes)
    return key, owner.pseudonym


@pytest.mark.both
@pytest.mark.parametrize("reason", ["unknown", "wrong", "revoked", "expired", "inactive"])
def test_a_key_that_lets_nobody_in_is_on_the_log_with_the_reason(reason: str) -> None:
    past = clock.now() - datetime.timedelta(days=1)
    changes = {"revoked": {"revoked_at": clock.now()}, "expired": {"expires_at": past}}
    key, account = key_of(**changes.get(reason, {}))
    if reason == "wrong":
        key = key.rsplit("_", 1)[0] + "_" + "g" * 43
    if reason == "unknown":
        key, account = "my-password", "unknown"
    if reason == "inactive":
        User.objects.filter(pseudonym=account).update(is_active=False)
    response = Client().post("/api/v1/clips", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 401
    assert told("access.key_refused") == [{"account": account, "reason": reason, "times": 1}]
    assert not any(key.encode() in bytes(entry.canonical) for entry in LogEntry.objects.all())


def test_trying_keys_does_not_fill_the_log() -> None:
    for number in range(40):
        Client().post("/api/v1/clips", headers={"Authorization": f"Bearer cam_{number}_guess"})
    assert [entry["times"] for entry in told("access.key_refused")] == [1, 1, 1, 1, 1, 5, 10, 20]


def review_call(name: str) -> str:
    return reverse(f"review:{name}", args=[uuid.uuid4()])


@pytest.mark.both
def test_another_sites_form_is_on_the_log_for_people_strangers_and_the_api() -> None:
    strict, person = Client(enforce_csrf_checks=True), make_user(Role.CONTRACTOR)
    strict.post(reverse("accounts:sign_in"), {"username": "anna", "password": "x"})
    strict.force_login(person)
    assert strict.post(reverse("review:next")).status_code == 403
    assert strict.post(review_call("skip")).status_code == 403
    assert told("access.csrf_refused") == [
        {"method": "POST", "route": route, "times": 1}
        for route in ("accounts:sign_in", "review:next", "review:skip")
    ]
    actors = LogEntry.objects.filter(action="access.csrf_refused").values_list("actor", flat=True)
    assert set(actors) == {"anonymous", person.pseudonym}
    assert told("access.refused") == []


def test_a_rate_that_was_exceeded_is_on_the_log(client: Client, settings: Any) -> None:
    settings.REVIEW_RATES = {"claim": "2/min"}
    client.force_login(make_user(Role.CONTRACTOR))
    codes = [client.post(reverse("review:claim")).status_code for _ in range(4)]
    assert codes[2:] == [429, 429]
    assert told("access.too_often") == [{"method": "POST", "route": "review:claim", "times": 1}] * 2


def test_going_through_ids_is_on_the_log_by_doubling_and_without_the_ids(client: Client) -> None:
    person = make_user(Role.CONTRACTOR)
    client.force_login(person)
    asked = [reverse("review:workbench", args=[uuid.uuid4()]) for _ in range(12)]
    assert {client.get(path).status_code for path in asked} == {404}
    assert [entry["times"] for entry in told("access.not_found")] == [1, 1, 1, 1, 1, 5]
    assert {entry["route"] for entry in told("access.not_found")} == {"review:workbench"}
    content = b"".join(bytes(entry.canonical) for entry in LogEntry.objects.all())
    assert not any(path.split("/")[2].encode() in content for path in asked)


def test_something_of_somebody_elses_is_told_like_something_that_is_not_there(client: Client) -> None:
    theirs = make_assignment(make_user())
    client.force_login(make_user(Role.CONTRACTOR))
    assert client.post(reverse("review:media_token", args=[theirs.public_id])).status_code == 404
    assert told("access.not_found") == [{"method": "POST", "route": "review:media_token", "times": 1}]


def test_an_address_that_is_no_route_and_what_a_stranger_does_not_find_are_not_on_the_log(
    client: Client,
) -> None:
    client.get(reverse("rights:receipt", args=["guessed"]))
    client.force_login(make_user(Role.CONTRACTOR))
    client.get("/wp-admin.php")
    assert told("access.not_found") == []


def test_an_act_that_a_view_itself_refuses_is_a_refusal() -> None:
    request = RequestFactory().post("/")
    request.user, request.resolver_match = make_user(Role.OPERATOR), resolve("/operations/")
    PermissionMiddleware(lambda _: HttpResponse(status=403))(request)
    assert told("access.refused") == [{"method": "POST", "route": "operations"}]

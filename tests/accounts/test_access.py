"""Signing in and out, what strangers get, and how every answer is guarded."""

import io
import os
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    return client.post(reverse("accounts:sign_in"), {"username": user.username, "password": password})


def actions() -> list[str]:
    found = LogEntry.objects.exclude(action="account.created").order_by("occurred_at", "id")
    return list(found.values_list("action", flat=True))


def test_signing_in_and_out_is_logged_by_pseudonym(client: Client) -> None:
    person = make_user()
    assert sign_in(client, person).status_code == 302
    client.post(reverse("accounts:sign_out"))
    assert actions() == ["account.signed_in", "account.signed_out"]
    entry = bytes(LogEntry.objects.get(action="account.signed_in").canonical)
    assert person.pseudonym.encode() in entry
    assert person.username.encode() not in entry


@pytest.mark.parametrize("host", ["evil.example", "[::1", "a b"])
def test_a_bad_host_is_a_bad_request(client: Client, host: str) -> None:
    assert client.get("/sign-in/", headers={"Host": host}).status_code == 400


def test_pages_made_for_a_person_are_not_cached(client: Client) -> None:
    sign_in(client, make_user(Role.OPERATOR))
    assert client.get(reverse("operations"))["Cache-Control"] == "no-store"


def test_strangers_cannot_make_the_site_take_a_file(client: Client) -> None:
    before = set(os.listdir("/proc/self/fd"))
    for path in ("/sign-in/", "/operations/", "/api/v1/clips"):
        file = io.BytesIO(b"x" * 3_000_000)
        response = client.post(path, {"file": file, "username": "a", "password": "b"})
        assert response.status_code in {200, 302, 401}
    assert set(os.listdir("/proc/self/fd")) == before


def test_an_inactive_account_cannot_sign_in(client: Client) -> None:
    person = make_user(is_active=False)
    assert sign_in(client, person).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_session_key_changes_at_sign_in(client: Client) -> None:
    client.get(reverse("accounts:sign_in"))
    before = client.session.session_key
    sign_in(client, make_user())
    assert client.session.session_key != before


@pytest.mark.parametrize("role", Role.values)
def test_home_leads_to_the_first_page_of_the_role(client: Client, role: str) -> None:
    sign_in(client, make_user(role))
    response = client.get("/")
    assert response.status_code == (403 if role == Role.SUBMITTER else 302)


def test_officers_begin_with_the_log(client: Client) -> None:
    sign_in(client, make_user(Role.PRIVACY_OFFICER))
    assert client.get("/")["Location"] == reverse("oversight:log")


def test_a_refusal_is_logged_with_the_route(client: Client) -> None:
    sign_in(client, make_user(Role.CONTRACTOR))
    assert client.get(reverse("operations")).status_code == 403
    assert actions()[-1] == "access.refused"
    assert b'"route":"operations"' in bytes(LogEntry.objects.get(action="access.refused").canonical)


def test_strangers_are_asked_to_sign_in_and_programs_get_a_code(client: Client) -> None:
    response = client.get(reverse("operations"))
    assert response["Location"].startswith(reverse("accounts:sign_in"))
    answer = client.post("/api/v1/clips")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_an_address_with_a_secret_is_not_passed_on_to_the_sign_in_page(client: Client) -> None:
    response = client.get(reverse("rights:receipt_withdraw", args=["secret"]))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "secret" not in response.headers.get("Location", "")
    assert client.post(reverse("rights:receipt", args=["secret"])).status_code == 405


@pytest.mark.parametrize("route", ["redaction:media", "break_glass:media"])
def test_a_media_address_is_not_passed_on_to_the_sign_in_page(client: Client, route: str) -> None:
    response = client.get(reverse(route, args=["a-token"]))
    assert (response.status_code, response["Location"]) == (302, reverse("accounts:sign_in"))


def test_no_answer_is_read_by_a_page_of_another_origin(client: Client) -> None:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    taken_out = client.post(reverse("oversight:export_entries"), {"format": "csv"})
    b"".join(taken_out.streaming_content)  # type: ignore[attr-defined]
    for response in (taken_out, client.get(reverse("accounts:sign_in")), client.get("/nowhere")):
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_every_page_has_a_strict_policy(client: Client) -> None:
    response = client.get(reverse("accounts:sign_in"))
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "style=" not in response.content.decode()


def test_posting_without_a_csrf_token_is_refused_for_sessions_also_in_the_api() -> None:
    strict = Client(enforce_csrf_checks=True)
    person = make_user(Role.OPERATOR)
    assert sign_in(strict, person).status_code == 403
    strict.force_login(person, "django.contrib.auth.backends.ModelBackend")
    answer = strict.post("/api/v1/clips")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_a_wrong_password_is_answered_in_plain_language(client: Client) -> None:
    assert "User name or password is wrong." in sign_in(client, make_user(), "wrong").content.decode()

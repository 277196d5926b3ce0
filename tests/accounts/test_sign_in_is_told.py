"""What the log tells of tries to sign in, and where signing in and out leads."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import Session
from annotations.accounts.same_calls import MOST
from annotations.audit.models import LogEntry
from annotations.audit.selectors import present
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def failures() -> list[str]:
    """Whose sign-ins failed, by the entries of the log."""
    entries = LogEntry.objects.filter(action="account.sign_in_failed").order_by("id")
    return [line.data["account"] for line in present(list(entries))]


@pytest.mark.parametrize("typed", ["lea", "lea ", " lea", "ｌｅａ", "\tlea\u3000"])
def test_a_failure_is_told_of_the_account_that_was_tried(typed: str, client: Client) -> None:
    """Blanks and wide letters are the same name to the sign-in; no guesser is out of an alert's sight by them."""
    lea = make_user(username="lea")
    client.post(reverse("accounts:sign_in"), {"username": typed, "password": "not her password"})
    assert failures() == [lea.pseudonym]


@pytest.mark.parametrize("sent", [{"password": ""}, {"username": ""}, {"username": "le\0a"}])
def test_what_was_no_try_is_told_as_none(sent: dict[str, str], client: Client) -> None:
    """Nobody raises an alert about somebody without the throttle's slowing them."""
    make_user(username="lea")
    answer = client.post(reverse("accounts:sign_in"), {"username": "lea", "password": "word"} | sent)
    assert answer.status_code == 200
    assert failures() == []


def test_whoever_is_signed_in_is_not_led_in_a_circle(client: Client) -> None:
    client.force_login(make_user(Role.OPERATOR))
    answer = client.get(reverse("accounts:sign_in"), {"next": reverse("accounts:sign_in")})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_nobody_is_kept_from_ending_sessions(client: Client) -> None:
    """A thief who has a session sends the form before its person does."""
    user = make_user()
    client.force_login(user)
    for _ in range(MOST + 2):
        other = Client()
        other.force_login(user)
        client.post(reverse("accounts:end_other_sessions"))
        assert Session.objects.filter(user=user).count() == 1


def test_ending_the_session_of_the_page_empties_the_browser(client: Client) -> None:
    client.force_login(make_user())
    here = Session.objects.get(session_key=client.session.session_key).public_id
    answer = client.post(reverse("accounts:end_session", args=[here]))
    assert answer["Location"] == reverse(settings.LOGIN_URL)
    assert answer["Clear-Site-Data"] == '"cache", "storage"'

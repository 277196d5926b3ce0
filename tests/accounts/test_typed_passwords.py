"""What a password may be, and that it is asked for exactly as it was chosen."""

import datetime

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.core import clock
from tests.factories import PASSWORD, make_user

LONG = "  Zoë's kitchen-window, at night: 42 moths & 1 cat 🐈 " + "and so on " * 5


@pytest.mark.parametrize("password", [LONG, "only small letters here", "7385016294770158", "¡ÑÖ¡ÑÖ¡ÑÖ¡ÑÖ¡ÑÖ"])
def test_any_characters_make_a_password_of_any_length(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", ["short", "administrator", "1234567891011"])
def test_short_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "opens"),
    [(LONG, True), (LONG.strip(), False), (LONG.lower(), False), (LONG[:64], False), (LONG[:72], False)],
)
def test_a_password_is_asked_for_exactly_as_it_was_chosen(typed: str, opens: bool, client: Client) -> None:
    services.create_user(COMMAND_LINE, "zoe", LONG, Role.OPERATOR)
    answer = client.post(reverse("accounts:sign_in"), {"username": "zoe", "password": typed})
    assert (answer.status_code == 302) is opens


@pytest.mark.django_db
def test_fields_of_passwords_hide_what_is_typed_and_take_what_a_manager_fills_in(client: Client) -> None:
    page = client.get(reverse("accounts:sign_in")).content.decode()
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    client.force_login(make_user(Role.OPERATOR))
    page = client.get(reverse("accounts:change_password")).content.decode()
    assert page.count('type="password"') == 3
    assert page.count('autocomplete="new-password"') == 2
    assert "onpaste" not in page


@pytest.mark.django_db
def test_a_new_site_has_no_account() -> None:
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_password_does_not_run_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_user(Role.OPERATOR)
    later = clock.now() + datetime.timedelta(days=5 * 365)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = client.post(reverse("accounts:sign_in"), {"username": person.username, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")

"""A command acts in nobody's name who has not given their password."""

import argparse
import io
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.management.in_person import in_person, people_arguments, two_in_person
from annotations.accounts.models import User
from annotations.audit.models import LogEntry
from tests.accounts.authenticators import add_app
from tests.factories import PASSWORD, make_user
from tests.in_person import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers() -> tuple[User, User]:
    first, second = (make_user(Role.PRIVACY_OFFICER, username=name) for name in ("olga", "omar"))
    return first, second


def options(*arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    people_arguments(parser, "an officer")
    return vars(parser.parse_args(["--by", "olga", "--agreed-by", "omar", *arguments]))


def both(*lines: str) -> tuple[User, User]:
    with typed(*lines):
        return two_in_person("legal_hold_place", options("--password-stdin"))


def told() -> list[tuple[str, str]]:
    kinds = ("account.in_person", "account.sign_in_failed", "account.locked_out")
    entries = LogEntry.objects.filter(action__in=kinds).order_by("occurred_at", "id")
    return [(entry.action, entry.actor) for entry in entries]


def test_each_gives_their_password_in_order(officers: tuple[User, User]) -> None:
    assert both(PASSWORD, PASSWORD) == officers
    assert told() == [("account.in_person", each.pseudonym) for each in officers]
    with typed(PASSWORD):
        assert in_person("privacy_scan", options("--password-stdin")) == officers[0]


@pytest.mark.parametrize("lines", [("wrong",), (PASSWORD, "wrong"), (PASSWORD,), ()])
def test_without_each_password_nobody_is_told_of(officers: tuple[User, User], lines: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="This is not the password of"):
        both(*lines)
    assert told() == [("account.sign_in_failed", "anonymous")]


def test_passwords_are_not_guessed_here_either(officers: tuple[User, User]) -> None:
    for _ in range(5):
        with pytest.raises(CommandError, match="This is not the password of olga"):
            both("wrong")
    with pytest.raises(CommandError, match="Too many failed attempts for olga"):
        both(PASSWORD, PASSWORD)
    assert told() == [("account.sign_in_failed", "anonymous")] * 5


def test_whoever_has_a_second_factor_shows_it_here_too(officers: tuple[User, User]) -> None:
    """Two stolen passwords are not two people."""
    app, codes = add_app(officers[0])
    for line in (app.wrong_code(), PASSWORD, ""):
        with pytest.raises(CommandError, match="This is no code of olga"):
            both(PASSWORD, line, PASSWORD)
    assert told() == []
    code = app.code()
    assert both(PASSWORD, code, PASSWORD) == officers
    with pytest.raises(CommandError, match="This is no code of olga"):
        both(PASSWORD, code, PASSWORD)
    assert both(PASSWORD, codes[0], PASSWORD) == officers


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"is_active": False}, "account of omar is closed"),
        ({"password_required": True}, "omar has to sign in and choose"),
        ({"username": "otto"}, "no account omar"),
    ],
)
def test_who_may_not_sign_in_acts_here_neither(
    officers: tuple[User, User], fields: dict[str, Any], said: str
) -> None:
    User.objects.filter(username="omar").update(**fields)
    with pytest.raises(CommandError, match=said):
        both(PASSWORD, PASSWORD)
    assert told() == []


def test_without_a_terminal_nobody_waits_for_a_password(
    officers: tuple[User, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{PASSWORD}\n"))
    with pytest.raises(CommandError, match="--password-stdin"):
        two_in_person("legal_hold_place", options())


def test_people_read_on_their_account_what_was_done_in_their_names(officers: tuple[User, User]) -> None:
    client = Client()
    client.force_login(officers[1])
    address = reverse("accounts:account")
    assert "Done in your name on the command line" not in client.get(address).content.decode()
    both(PASSWORD, PASSWORD)
    page = client.get(address).content.decode()
    assert "Done in your name on the command line" in page
    assert "legal hold place" in page
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    assert "legal hold place" not in client.get(address).content.decode()

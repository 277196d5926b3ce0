"""The first accounts come from the command line, and no other command changes one past the log."""

import datetime
import io
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from annotations.accounts.enums import Role
from annotations.accounts.management.closed import ClosedCommand
from annotations.accounts.models import ApiKey, User
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.models import LogEntry
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.once

CLOSED = {"changepassword", "createsuperuser"}


def typed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nwhat else stands there\n"])
def test_the_password_is_read_from_the_input(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(PASSWORD + end, monkeypatch)
    call_command("create_account", "olga", Role.OPERATOR, "--password-stdin", "--country", "ro")
    user = User.objects.get(username="olga")
    assert user.check_password(PASSWORD)
    assert (user.role, user.country, user.taken_over_on) == (Role.OPERATOR, "RO", None)
    assert LogEntry.objects.filter(action="account.created", actor=COMMAND_LINE.pseudonym).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["", "short", "administrator"])
def test_a_weak_password_makes_no_account(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(password, monkeypatch)
    with pytest.raises(CommandError, match="password"):
        call_command("create_account", "olga", Role.OPERATOR, "--password-stdin")
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a b", "operator"], "user name"),
        (["olga", "operator", "--country", "Romania"], "two letters"),
        (["olga", "operator", "--name", "x" * 101], "Shorten the name"),
        (["olga", "operator", "--name", "Olga\u2066"], "signs that nobody sees"),
        (["olga", "contractor", "--trained-on", "2190-01-01"], "once it is over"),
        (["CARLA", "operator"], "already"),
    ],
)
def test_what_makes_no_account(arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(username="carla")
    typed(PASSWORD, monkeypatch)
    with pytest.raises(CommandError, match=said):
        call_command("create_account", *arguments, "--password-stdin")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_the_day_of_a_training_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(PASSWORD, monkeypatch)
    call_command("create_account", "carla", "contractor", "--password-stdin", "--trained-on", "2026-01-05")
    user = User.objects.get()
    assert (user.trained_on, user.statement_on) == (datetime.date(2026, 1, 5), None)


@pytest.mark.django_db
def test_a_submitter_gets_a_key_and_no_password(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_account", "cameras", Role.SUBMITTER)
    assert f"cam_{ApiKey.objects.get().prefix}_" in capsys.readouterr().out
    assert not User.objects.get().has_usable_password()


def test_every_command_of_others_that_changes_accounts_is_closed() -> None:
    changing = {name for name, app in get_commands().items() if name in {"changepassword", "createsuperuser"}}
    assert changing == CLOSED
    for name in CLOSED:
        command: Any = load_command_class(get_commands()[name], name)
        assert isinstance(command, ClosedCommand), name


@pytest.mark.parametrize("name", sorted(CLOSED))
@pytest.mark.parametrize("arguments", [[], ["carla"], ["--username", "carla"]], ids=len)
def test_a_closed_command_says_what_to_use_instead(
    name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does it reach the database: the test has none."""
    with pytest.raises(SystemExit):
        load_command_class(get_commands()[name], name).run_from_argv(["manage.py", name, *arguments])
    told = capsys.readouterr().err
    assert "closed" in told
    assert any(word in told for word in ("sign-in link", "create_account", "15 minutes"))
    with pytest.raises(CommandError, match="closed"):
        call_command(name)

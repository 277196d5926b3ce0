"""Commands that act in somebody's name: each person named says with their password, and a code of their second factor
if they have one, that they are there.

Whoever has a shell can type anybody's name. So no command takes a name alone: the log would tell for ever of somebody
who may never have known.
"""

import math
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from getpass import getpass
from typing import Any

from django.contrib.auth import authenticate
from django.core.management.base import CommandError
from django.http import HttpRequest

from annotations.accounts import services, throttle
from annotations.accounts.models import User
from annotations.accounts.selectors import factors_of, slowed_down

BY = "by"
AGREED_BY = "agreed_by"
# What the throttle of sign-ins counts by, besides the account.
_HERE = "127.0.0.1"


def person_argument(parser: ArgumentParser, help_text: str) -> None:
    """Adds `--by`, with the way in which a password is given."""
    parser.add_argument(
        "--by",
        required=True,
        metavar="USER",
        help=f"{help_text}; asks for their password, and for a code if they have a second factor",
    )
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read passwords from the standard input, a line for each person in order, instead of asking for them; "
        "after that of a person with a second factor a line with a code of their app, or a recovery code",
    )


def people_arguments(parser: ArgumentParser, help_text: str) -> None:
    """Adds `--by` and `--agreed-by`, with the way in which passwords are given."""
    person_argument(parser, help_text)
    parser.add_argument(
        "--agreed-by", required=True, metavar="USER", help="another one, who agrees; asks in the same way"
    )


def in_person(command: str, options: dict[str, Any]) -> User:
    """Who `--by` names, once they have shown that they are there; the log tells of it as `command`.

    Raises CommandError; Unreachable where the secret of their app cannot be read.
    """
    return _confirmed(command, [options[BY]], from_stdin=options["password_stdin"])[0]


def two_in_person(command: str, options: dict[str, Any]) -> tuple[User, User]:
    """Who `--by` and `--agreed-by` name, as `in_person`. That they are two is for the rule of the act to say."""
    first, second = _confirmed(
        command, [options[BY], options[AGREED_BY]], from_stdin=options["password_stdin"]
    )
    return first, second


def _confirmed(command: str, usernames: list[str], *, from_stdin: bool) -> list[User]:
    """All of them, or nobody: whoever is told of on the log stood beside the others."""
    people = [_account(username) for username in usernames]
    for person in people:
        _check_password(person, _typed(person, "Password", from_stdin=from_stdin))
        if factors_of(person).exists():
            _check_code(person, _typed(person, "Code", from_stdin=from_stdin))
    for person in _each_once(people):
        services.record_in_person(person, command)
    return people


def _account(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(f"There is no account {username}.")
    if not found.is_active:
        raise CommandError(f"The account of {username} is closed.")
    if found.password_required:
        raise CommandError(f"{username} has to sign in and choose a new password first.")
    return found


def _typed(person: User, what: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError(
            f"Nobody is here to type the {what.lower()} of {person.username}. Use a terminal, or --password-stdin."
        )
    return getpass(f"{what} of {person.username}: ")


def _check_password(person: User, password: str) -> None:
    """As a sign-in would: throttled, and on the log when it fails. Raises CommandError."""
    request = HttpRequest()
    request.method, request.META["REMOTE_ADDR"] = "POST", _HERE
    if authenticate(request, username=person.username, password=password) is not None:
        return
    if hasattr(request, "has_to_wait"):
        raise CommandError(
            f"Too many failed attempts for {person.username}. Wait {math.ceil(request.has_to_wait.total_seconds())} s."
        )
    services.record_failure(person.username, slowed=slowed_down(throttle.counts(request, person.username)))
    raise CommandError(f"This is not the password of {person.username}. Nothing was done.")


def _check_code(person: User, code: str) -> None:
    """As the second step of a sign-in would: slowed, taken once, and on the log. Raises CommandError."""
    if services.check_code(person, code) is None:
        raise CommandError(
            f"This is no code of {person.username}: of their app now, or a recovery code. Nothing was done."
        )


def _each_once(people: list[User]) -> Iterable[User]:
    return {person.pk: person for person in people}.values()

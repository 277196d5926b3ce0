"""Commands that act in somebody's name: each person named says with what they sign in with that they are there.

That is their password and, where they have one, a second factor: a code of their app, or a recovery code.
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

from annotations.accounts import selectors, services, throttle
from annotations.accounts.enums import FactorKind
from annotations.accounts.models import User
from annotations.audit.subject_keys.store import Unreachable
from annotations.core import clock

BY = "by"
AGREED_BY = "agreed_by"
# What the throttle of sign-ins counts by, besides the account.
_HERE = "127.0.0.1"
_ASKED = "their password, and a code of their second factor"


def person_argument(parser: ArgumentParser, help_text: str) -> None:
    """Adds `--by`, with the way in which a password is given."""
    parser.add_argument("--by", required=True, metavar="USER", help=f"{help_text}; asks for {_ASKED}")
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read passwords from the standard input instead of asking for them: a line for each person in order, "
        "followed by a line with a code of those who have a second factor",
    )


def people_arguments(parser: ArgumentParser, help_text: str) -> None:
    """Adds `--by` and `--agreed-by`, with the way in which passwords are given."""
    person_argument(parser, help_text)
    parser.add_argument(
        "--agreed-by", required=True, metavar="USER", help=f"another one, who agrees; asks for {_ASKED}"
    )


def in_person(command: str, options: dict[str, Any]) -> User:
    """Who `--by` names, once they have shown that it is them; the log tells of it as `command`. Raises CommandError."""
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
        _check_password(person, _typed(person, "password", from_stdin=from_stdin))
        if selectors.factors_of(person).exists():
            _check_code(person, _typed(person, "code", from_stdin=from_stdin))
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
            f"Nobody is here to type the {what} of {person.username}. Use a terminal, or --password-stdin."
        )
    return getpass(f"{what.capitalize()} of {person.username}: ")


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
    services.record_failure(
        person.username, slowed=selectors.slowed_down(throttle.counts(request, person.username))
    )
    raise CommandError(f"This is not the password of {person.username}. Nothing was done.")


def _check_code(person: User, code: str) -> None:
    """As a sign-in would: each code once, slowed after wrong ones, and on the log. Raises CommandError."""
    try:
        if services.check_code(person, code.strip()) is not None:
            return
    except Unreachable as error:
        raise CommandError(f"{error.message} A recovery code needs no key. Nothing was done.") from None
    person.refresh_from_db()
    if person.codes_from and person.codes_from > clock.now():
        seconds = math.ceil((person.codes_from - clock.now()).total_seconds())
        raise CommandError(
            f"Too many wrong codes for {person.username}. Wait {seconds} s, or give a recovery code. Nothing was done."
        )
    if not selectors.factors_of(person).filter(kind=FactorKind.APP).exists():
        raise CommandError(
            f"{person.username} has passkeys only, for which no command asks. Give a recovery code. Nothing was done."
        )
    raise CommandError(f"This is no code of {person.username} that is taken now. Nothing was done.")


def _each_once(people: list[User]) -> Iterable[User]:
    return {person.pk: person for person in people}.values()

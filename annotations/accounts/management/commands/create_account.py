import datetime
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.accounts.roles import signs_in
from annotations.accounts.rules import checked_country, checked_day, checked_name, checked_username
from annotations.audit.actors import COMMAND_LINE
from annotations.core import clock
from annotations.core.errors import Invalid


class Command(BaseCommand):
    help = (
        "Makes an account: the first ones of a site; later ones are invited on the page People. Asks for the password, "
        "or reads it from its input; it is never an argument. Who may not sign in, as a submitter, gets an API key, "
        "shown once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--name", default="", help="name that the person sees")
        parser.add_argument("--country", default="", help="two letters, shown to owners on their receipt")
        parser.add_argument(
            "--trained-on",
            type=datetime.date.fromisoformat,
            help="day of the person's training, such as 2026-11-30: without one nobody gets a clip",
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of the standard input instead of asking for it",
        )

    def handle(
        self,
        *,
        username: str,
        role: str,
        name: str,
        country: str,
        trained_on: datetime.date | None,
        password_stdin: bool,
        **options: Any,
    ) -> None:
        try:
            username, name, country = checked_username(username), checked_name(name), checked_country(country)
            if trained_on:
                checked_day(trained_on, clock.now().date())
        except Invalid as error:
            raise CommandError(error.message) from None
        if User.objects.filter(username__iexact=username).exists():
            raise CommandError(f"There is an account {username} already.")
        person = signs_in(role)
        password = self._password(User(username=username, role=role), password_stdin) if person else None
        user = services.create_user(
            COMMAND_LINE, username, password, role, display_name=name, country=country, trained_on=trained_on
        )
        self.stdout.write(f"{username} is known to the log as {user.pseudonym}.")
        if not person:
            self.stdout.write(f"API key, shown this once: {services.create_key(COMMAND_LINE, user)}")

    def _password(self, user: User, from_stdin: bool) -> str:
        password = sys.stdin.readline().rstrip("\r\n") if from_stdin else getpass()
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if not from_stdin and getpass("Password (again): ") != password:
            raise CommandError("The two passwords differ. Nothing was made.")
        return password

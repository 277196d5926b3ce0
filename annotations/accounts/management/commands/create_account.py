from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from annotations.accounts import services
from annotations.accounts.enums import Role
from annotations.accounts.matrix import matrix
from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE


class Command(BaseCommand):
    help = "Makes an account. Asks for the password; who may not sign in, as a submitter, gets an API key, shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--name", default="", help="name that the person sees")
        parser.add_argument("--country", default="", help="two letters, shown to owners on their receipt")

    def handle(self, *, username: str, role: str, name: str, country: str, **options: Any) -> None:
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is an account {username} already.")
        signs_in = matrix().rule("accounts:sign_in", "POST").allows(role)
        password = self._password(User(username=username, role=role)) if signs_in else None
        user = services.create_user(
            COMMAND_LINE, username, password, role, display_name=name, country=country.upper()
        )
        self.stdout.write(f"{username} is known to the log as {user.pseudonym}.")
        if not signs_in:
            self.stdout.write(f"API key, shown this once: {services.create_key(COMMAND_LINE, user)}")

    def _password(self, user: User) -> str:
        password = getpass()
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if getpass("Password (again): ") != password:
            raise CommandError("The two passwords differ. Nothing was made.")
        return password

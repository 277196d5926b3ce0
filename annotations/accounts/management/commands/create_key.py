import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts import services
from annotations.accounts.enums import Scope
from annotations.accounts.models import User
from annotations.accounts.rules import KEY_LASTS
from annotations.audit.actors import COMMAND_LINE
from annotations.core.errors import DomainError


class Command(BaseCommand):
    help = "Makes an API key of an account, and shows it once. People can make theirs on the page of their account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="what uses the key, and where")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=Scope.values,
            help="what it opens; may be given several times",
        )
        parser.add_argument("--days", type=int, default=KEY_LASTS.days, help="how long it lasts")
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            help="from where it opens anything, such as 192.0.2.0/24",
        )

    def handle(
        self, *, username: str, name: str, scope: list[str], days: int, network: list[str], **options: Any
    ) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        terms = services.KeyTerms(name, scope, datetime.timedelta(days=days), " ".join(network))
        try:
            key = services.create_key(COMMAND_LINE, user, terms)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"API key, shown this once: {key}")

import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts import services
from annotations.accounts.rules import KEY_OVERLAPS
from annotations.audit.actors import COMMAND_LINE
from annotations.core.errors import DomainError


class Command(BaseCommand):
    help = "Makes an API key in the place of another one, which goes on for a while, and shows it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", help="the twelve digits between the key's underscores: cam_PREFIX_...")
        parser.add_argument(
            "--overlap-hours",
            type=int,
            default=KEY_OVERLAPS // datetime.timedelta(hours=1),
            help="how long the old key goes on; 0 ends it at once",
        )

    def handle(self, *, prefix: str, overlap_hours: int, **options: Any) -> None:
        try:
            key = services.rotate_key(COMMAND_LINE, prefix, datetime.timedelta(hours=overlap_hours))
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"API key, shown this once: {key}")

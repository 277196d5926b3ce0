"""Commands of Django and of others that would change accounts past the log: they say what to use instead."""

import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError


class ClosedCommand(BaseCommand):
    """Does nothing, whatever it is given; `instead` says what to do."""

    help = "Closed on this site: it would leave no entry on the log."
    instead = ""

    def handle(self, *args: Any, **options: Any) -> NoReturn:
        raise CommandError(f"This command is closed: it would leave no entry on the log. {self.instead}")

    def run_from_argv(self, argv: list[str]) -> NoReturn:
        """Whatever follows the name: what the original takes is no usage error here."""
        try:
            self.handle()
        except CommandError as error:
            self.stderr.write(str(error))
            sys.exit(error.returncode)

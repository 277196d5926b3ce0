from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from annotations.audit.commands import anchor, declare_epoch, epochs, export, keys, prove, verify
from annotations.core.errors import DomainError

COMMANDS: dict[str, ModuleType] = {
    "verify": verify,
    "anchor": anchor,
    "export": export,
    "prove": prove,
    "keys": keys,
    "declare-epoch": declare_epoch,
    "epochs": epochs,
}


class Command(BaseCommand):
    help = "The log's proofs: checking it, showing it to witnesses, its keys."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", metavar="COMMAND", required=True)
        for name, module in COMMANDS.items():
            module.arguments(commands.add_parser(name, help=module.HELP, description=module.HELP))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            COMMANDS[options["what"]].run(self, options)
        except DomainError as error:
            raise CommandError(error.message) from error
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege):
                raise
            raise CommandError(
                "The database's role of this environment may not do that. Run it in the site's environment; "
                "those with the log's keys are for `sequence`, `audit keys` and `audit declare-epoch`."
            ) from error

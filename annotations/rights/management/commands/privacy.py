"""`manage.py privacy probe` and `manage.py privacy scan`: what is left of a subject after its erasure."""

from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.core.errors import DomainError
from annotations.rights.commands import probe, scan
from annotations.rights.commands.officers import REFUSED
from annotations.vision.errors import VisionError

COMMANDS: dict[str, ModuleType] = {"probe": probe, "scan": scan}


class Command(BaseCommand):
    help = "What is left of a clip, a camera or an owner: a probe before the erasure, a scan after it."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", metavar="COMMAND", required=True)
        for name, module in COMMANDS.items():
            module.arguments(commands.add_parser(name, help=module.HELP, description=module.HELP))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            COMMANDS[options["what"]].run(self, options)
        except (DomainError, VisionError) as error:
            raise CommandError(error.message, returncode=REFUSED) from error
        except CommandError:
            raise
        except Exception as error:
            # Never 1, which says that something was found.
            raise CommandError(
                f"The {options['what']} broke off: {type(error).__name__}: {error}", returncode=REFUSED
            ) from error

"""`manage.py audit verify`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.integrity.verification import verify

HELP = "Checks every entry against the tree and the tree against every checkpoint. Ends with 1 when anything is wrong."


def arguments(parser: CommandParser) -> None:
    """It takes none."""


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    found = verify(COMMAND_LINE)
    seconds = (found.finished_at - found.started_at).total_seconds()
    for problem in found.problems:
        command.stderr.write(f"{problem['code']}: {problem['message']}")
    if not found.ok:
        raise CommandError("The log is not whole.")
    command.stdout.write(f"The log is whole: {found.size} entries, checked in {seconds:.1f} s.")

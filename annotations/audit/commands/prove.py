"""`manage.py audit prove`."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.export.log_export import prove

HELP = "Prints the proof that one entry is on the log (c2sp.org/tlog-proof); verify_log.py verify-proof checks it."


def arguments(parser: CommandParser) -> None:
    parser.add_argument("entry", help="the entry's id")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    try:
        entry = uuid.UUID(options["entry"])
    except ValueError:
        raise CommandError("This is no entry's id. The log shows them.") from None
    command.stdout.write(prove(entry, COMMAND_LINE), ending="")

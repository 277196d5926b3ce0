"""`manage.py audit export`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.export.log_export import export
from annotations.audit.integrity.anchoring import anchor

HELP = "Writes the whole log to a new folder, with the program that verifies it anywhere: python verify_log.py FOLDER"


def arguments(parser: CommandParser) -> None:
    parser.add_argument("folder", type=Path)
    parser.add_argument("--details", action="store_true", help="also what entries tell in people's own words")
    parser.add_argument(
        "--as-it-stands",
        action="store_true",
        help="do not wait for the sequencer: for a log that it refuses to sign",
    )


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    if settings.AUDIT_WITNESSES:
        for outcome in anchor(COMMAND_LINE):
            if outcome.reason:
                command.stderr.write(f"The witness {outcome.witness} did not cosign: {outcome.reason}.")
    folder = options["folder"]
    done = export(folder, COMMAND_LINE, details=options["details"], as_it_stands=options["as_it_stands"])
    command.stdout.write(f"{folder}: {done.size} entries, {done.details} details.")
    command.stdout.write(f"Verify it, where you like: python {folder}/verify_log.py {folder}")
    command.stdout.write(
        "Who does not trust this site runs a copy of verify_log.py that they kept from before."
    )

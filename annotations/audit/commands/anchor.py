"""`manage.py audit anchor`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.integrity.anchoring import anchor

HELP = "Shows the last checkpoint to the witnesses of AUDIT_WITNESSES and keeps what they cosign."


def arguments(parser: CommandParser) -> None:
    """It takes none."""


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    if not settings.AUDIT_WITNESSES:
        raise CommandError("The log has no witness: set AUDIT_WITNESSES.")
    outcomes = anchor(COMMAND_LINE)
    if not outcomes:
        raise CommandError("There is no checkpoint yet.")
    for each in outcomes:
        command.stdout.write(f"{each.witness}: {each.reason or f'cosigned {each.size} entries'}")
    if failed := sum(1 for each in outcomes if each.reason):
        raise CommandError(f"Witnesses that did not cosign: {failed}.")

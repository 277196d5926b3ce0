"""`manage.py audit declare-epoch`."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.commands.epochs import line
from annotations.audit.keys.refused import Refused
from annotations.audit.sequencing import epochs
from annotations.audit.sequencing.agreements import agreement
from annotations.audit.sequencing.configured import own_keys
from annotations.audit.sequencing.epochs import Loss

HELP = (
    "After a restore: lets the log go on from what the database holds, in a new epoch that says what was lost. "
    "With the log's keys (in Compose: log-command), after two privacy officers agreed to it (`agree_epoch`)."
)


def arguments(parser: CommandParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what would be lost")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    try:
        folder = own_keys()
        if options["dry_run"]:
            _tell(command, epochs.loss(folder))
            return
        agreed = agreement()
        epoch = epochs.declare(folder, agreed.declared_by, agreed.agreed_by, agreed.reason)
    except (ImproperlyConfigured, Refused) as error:
        raise CommandError(str(error)) from error
    command.stdout.write(line(epoch))
    command.stdout.write("The sequencer goes on from there. Witnesses that saw more wait for their keepers.")


def _tell(command: BaseCommand, loss: Loss) -> None:
    lost = loss.signed.size - loss.restored.size
    command.stdout.write(
        f"Epoch {loss.number} would go on from {loss.restored.size} entries, the last that the database has under a "
        f"signature. {loss.signed.size} were signed: entries {loss.restored.size} to {loss.signed.size - 1} ({lost}) "
        "would be covered by no proof any more."
    )
    command.stdout.write(f"Entries that the database holds beyond that, to be signed anew: {loss.unsigned}")
    for key in loss.added:
        command.stdout.write(f"A key that signed is not in the database and is taken in again: {key.vkey}")
    for key in loss.retired:
        command.stdout.write(f"A key that was retired, or is not here, is retired again: {key.vkey}")
    for _ in loss.forgotten:
        command.stdout.write("An epoch's declaration that the database lost is put back.")
    command.stdout.write("Nothing was changed.")

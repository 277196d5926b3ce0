"""`manage.py audit epochs`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.models import Epoch

HELP = (
    "Lists the epochs that were declared after restores, or prints one's declaration, for witnesses' keepers."
)


def arguments(parser: CommandParser) -> None:
    parser.add_argument("number", type=int, nargs="?", help="print this epoch's signed declaration")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    number = options["number"]
    if number is None:
        for epoch in Epoch.objects.order_by("number"):
            command.stdout.write(line(epoch))
        return
    found = Epoch.objects.filter(number=number).first()
    if found is None:
        raise CommandError(f"No epoch {number} was declared.")
    command.stdout.write(found.declaration, ending="")


def line(epoch: Epoch) -> str:
    return (
        f"Epoch {epoch.number} since {epoch.declared_at:%Y-%m-%d %H:%M:%S} UTC: entries {epoch.restored} to "
        f"{epoch.last} were lost with a restore. Declared by {epoch.declared_by}, agreed to by {epoch.agreed_by}."
    )

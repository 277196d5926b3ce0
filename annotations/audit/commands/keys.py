"""`manage.py audit keys`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from annotations.audit.actors import COMMAND_LINE
from annotations.audit.keys import changes
from annotations.audit.keys.policy import log_keys
from annotations.audit.sequencing.configured import own_keys
from annotations.audit.tree.log_keys import LogKey

HELP = "Lists the log's keys, takes a new one into use beside the others, or takes one out of use."


def arguments(parser: CommandParser) -> None:
    what = parser.add_subparsers(dest="change", metavar="list|new|retire")
    what.add_parser("list", help="each key with the sizes of the tree that it signs")
    what.add_parser("new", help="make a key; it signs from the next checkpoint on, beside the others")
    retire = what.add_parser("retire", help="sign no more with a key, and destroy it")
    retire.add_argument("key_id", help="eight hexadecimal digits, as `list` shows them")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    if options["change"] == "new":
        changes.new(own_keys(), COMMAND_LINE)
    elif options["change"] == "retire":
        changes.retire(own_keys(), options["key_id"], COMMAND_LINE)
    for key in log_keys():
        command.stdout.write(_line(key))


def _line(key: LogKey) -> str:
    until = "on" if key.until is None else f"to {key.until - 1}"
    return f"{key.public.key_id.hex()}  signs sizes {key.since} {until}  {key.vkey}"

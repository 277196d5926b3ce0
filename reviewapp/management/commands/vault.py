from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.core.errors import DomainError
from reviewapp import rewrapping, wrapped


class Command(BaseCommand):
    help = (
        "The wrapping keys: how much lies under each, and bringing everything under the first. docs/keys.md"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", metavar="COMMAND", required=True)
        commands.add_parser("keys", help="how much lies under each key, and which one can be taken away")
        rewrap = commands.add_parser(
            "rewrap", help="brings everything under the first key; can be given again"
        )
        rewrap.add_argument("ring", nargs="*", help="vault, subjects; both when none is named")

    def handle(self, *, what: str, **options: Any) -> None:
        try:
            if what == "rewrap":
                self._rewrap(options["ring"] or [rewrapping.VAULT, rewrapping.SUBJECTS])
            self._keys()
        except DomainError as error:
            raise CommandError(error.message) from error

    def _rewrap(self, rings: list[str]) -> None:
        if unknown := set(rings) - {rewrapping.VAULT, rewrapping.SUBJECTS}:
            raise CommandError(f"There is no ring {', '.join(sorted(unknown))}: name vault or subjects.")
        damaged = sum(rewrapping.rewrap(ring, self.stderr.write).damaged for ring in rings)
        if damaged:
            self._keys()
            raise CommandError(
                f"{damaged} keys are opened by no wrapping key that is here, and stay as they are."
            )

    def _keys(self) -> None:
        found = wrapped.under_each_key()
        for each in found:
            said = (
                "first"
                if each.first
                else "may be taken away"
                if each.may_go
                else ""
                if each.here
                else "NOT HERE"
            )
            self.stdout.write(f"{each.ring:9} {each.key:16} {each.count:9}  {said}".rstrip())
        if lacking := [each for each in found if not each.here and each.count]:
            named = ", ".join(f"{each.ring} {each.key}" for each in lacking)
            raise CommandError(f"Things lie under keys that are not here: {named}. Put their lines back.")

"""`manage.py models list|verify|fetch NAME`: the model files that the machine pass loads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.actors import COMMAND_LINE
from annotations.core.errors import DomainError
from annotations.redaction import model_files
from annotations.redaction.services import fetch_model


class Command(BaseCommand):
    help = "Lists the model files of the site, verifies their digests, or fetches one that MODEL_SOURCES describes."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="name, role, licence, digest, place and setting of each")
        what.add_parser(
            "verify", help="reads every file that a pass would load; exit status 1 if one is wrong"
        )
        fetch = what.add_parser("fetch", help="downloads one, checks its digest, and puts it in its place")
        fetch.add_argument("name", help="as MODEL_SOURCES names it")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "list":
            self._list()
        elif what == "verify":
            self._verify()
        else:
            self._fetch(options["name"])

    def _list(self) -> None:
        for entry in model_files.entries():
            self.stdout.write(f"{entry.name}: {'in use' if entry.in_use else 'not in use'}")
            for label, value in (
                ("role", entry.role),
                ("licence", entry.licence or "not stated"),
                ("sha256", entry.sha256 or "not pinned"),
                ("file", str(entry.path) if entry.path.is_file() else f"{entry.path} (not there)"),
                ("setting", entry.setting or ("none: always" if entry.in_use else "none: for tests")),
                ("problem", entry.problem),
            ):
                if value:
                    self.stdout.write(f"  {label:8} {value}")

    def _verify(self) -> None:
        """What is in use, and what was fetched and is there."""
        checks = [
            model_files.verify(entry)
            for entry in model_files.entries()
            if entry.in_use or (entry.role == "fetched" and entry.path.is_file())
        ]
        for check in checks:
            self.stdout.write(f"{check.entry.name}: {check.code} {check.sha256}".rstrip())
        if wrong := [check.entry.name for check in checks if not check.good]:
            raise CommandError(
                f"Not what they should be: {', '.join(wrong)}. No clip can be redacted with them."
            )

    def _fetch(self, name: str) -> None:
        try:
            path = fetch_model(name, COMMAND_LINE)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        self.stdout.write(f"{name} is at {path}.")

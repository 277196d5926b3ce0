"""`manage.py erase_subject PSEUDONYM --reason ...`: erases what the log tells in people's words about somebody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit import services
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.erasures import Erasure, details_of, erasure
from annotations.core.errors import DomainError


class Command(BaseCommand):
    help = "Destroys the details of one subject and their key. The entries stay, and one more tells of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", help="the pseudonym")
        parser.add_argument("--reason", required=True, help="for instance who asked for it; kept on the log")
        parser.add_argument("--yes", action="store_true", help="do not ask for the pseudonym again")

    def handle(self, *args: Any, subject: str, reason: str, yes: bool, **options: Any) -> None:
        if not yes:
            self.stdout.write(f"Destroys {details_of(subject)} details of {subject} for ever.")
            if input("Type the pseudonym again: ").strip() != subject:
                raise CommandError("This is another pseudonym. Nothing was erased.")
        try:
            entry = services.erase_subject(subject, COMMAND_LINE, reason)
        except DomainError as error:
            raise CommandError(error.message) from error
        if done := erasure(entry.pk):
            self._certify(done)

    def _certify(self, done: Erasure) -> None:
        self.stdout.write(f"Erased: {done.entry.subject}; details: {done.details}, keys: {len(done.keys)}")
        self.stdout.write(f"Entry {done.entry.pk}, SHA-256 {done.digest}")
        if not done.finished:
            self.stdout.write("The keys are not destroyed yet: the site does that within a minute.")

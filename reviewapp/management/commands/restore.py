from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.management.in_person import in_person
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.journal import Kind
from annotations.core.errors import DomainError
from annotations.core.models import RunState
from annotations.rights.models import Erasure
from reviewapp.backups import restoring
from reviewapp.backups.databases import ProgramMissing
from reviewapp.backups.making import Refused
from reviewapp.backups.manifest import Unusable
from reviewapp.backups.replay import NotReplayed, pass_over, replay


class Command(BaseCommand):
    help = (
        "Brings an empty site back from a backup, and replays what was withdrawn, erased, closed and destroyed since, "
        "as the journal tells. Until that is done nothing is served."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, nargs="?", help="the folder of the backup")
        parser.add_argument(
            "--keys",
            type=Path,
            metavar="FOLDER",
            help="a copy of the store of subjects' keys, if that was lost",
        )
        parser.add_argument(
            "--replay",
            action="store_true",
            help="replay the journal over the database that is there, nothing else",
        )
        parser.add_argument(
            "--journal-lost",
            action="store_true",
            help="begin another journal: what the lost one told is forgotten",
        )
        parser.add_argument(
            "--pass-over",
            type=int,
            metavar="NUMBER",
            help="leave a line of the journal undone that cannot be replayed; a privacy officer answers for it",
        )
        parser.add_argument(
            "--by", metavar="USER", help="the privacy officer, for --pass-over; asks for their password"
        )
        parser.add_argument("--reason", default="", help="why, for --pass-over, in 5 to 2,000 characters")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the standard input instead of asking for it",
        )

    def handle(
        self, *, source: Path | None, keys: Path | None, replay: bool, journal_lost: bool, **options: Any
    ) -> None:
        if options["pass_over"] is not None:
            self._pass_over(options)
            return
        if bool(source) + (replay or (journal_lost and not source)) != 1 or (keys and not source):
            raise CommandError("Name the folder of a backup, or say --replay or --journal-lost.")
        try:
            lines = self._restore(source, keys, journal_lost=journal_lost)
        except NotReplayed as error:
            self._tell(error.done)
            raise CommandError(f"{error.code}: {error.message}") from error
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        except (Refused, Unusable, ProgramMissing, OSError) as error:
            raise CommandError(str(error)) from error
        self._tell(lines)

    def _tell(self, lines: Counter[Kind]) -> None:
        waiting = Erasure.objects.exclude(state=RunState.DONE).count()
        self.stdout.write(
            f"Lines of the journal replayed: {lines.total()}. Erasures that a worker goes on with: {waiting}."
        )
        for kind, count in sorted(lines.items()):
            self.stdout.write(f"  {kind.replace('_', ' ')}: {count}")

    def _pass_over(self, options: dict[str, Any]) -> None:
        if not options["by"]:
            raise CommandError("Name the privacy officer who answers for it: --by.")
        officer = in_person("restore_pass_over", options)
        try:
            line = pass_over(options["pass_over"], officer.actor, options["reason"])
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        self.stdout.write(
            f"Line {line.number} ({line.kind}, of {line.time}) is left undone, which is on the log."
        )

    def _restore(self, source: Path | None, keys: Path | None, *, journal_lost: bool) -> Counter[Kind]:
        if source:
            return restoring.restore(source, self.stderr.write, keys=keys, journal_lost=journal_lost)
        return restoring.begin_journal_anew() if journal_lost else replay(COMMAND_LINE)

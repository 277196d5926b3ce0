from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.audit.actors import COMMAND_LINE
from annotations.core.errors import DomainError
from annotations.core.models import RunState
from annotations.rights.models import Erasure
from reviewapp.backups import restoring
from reviewapp.backups.databases import ProgramMissing
from reviewapp.backups.making import Refused
from reviewapp.backups.manifest import Unusable
from reviewapp.backups.replay import replay


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

    def handle(
        self, *, source: Path | None, keys: Path | None, replay: bool, journal_lost: bool, **options: Any
    ) -> None:
        if bool(source) + (replay or (journal_lost and not source)) != 1 or (keys and not source):
            raise CommandError("Name the folder of a backup, or say --replay or --journal-lost.")
        try:
            lines = self._restore(source, keys, journal_lost=journal_lost)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        except (Refused, Unusable, ProgramMissing, OSError) as error:
            raise CommandError(str(error)) from error
        waiting = Erasure.objects.exclude(state=RunState.DONE).count()
        self.stdout.write(
            f"Lines of the journal replayed: {lines}. Erasures that a worker goes on with: {waiting}."
        )

    def _restore(self, source: Path | None, keys: Path | None, *, journal_lost: bool) -> int:
        if source:
            return restoring.restore(source, self.stderr.write, keys=keys, journal_lost=journal_lost)
        return restoring.begin_journal_anew() if journal_lost else replay(COMMAND_LINE)

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.core.errors import DomainError
from reviewapp.backups import making
from reviewapp.backups.databases import ProgramMissing
from reviewapp.backups.manifest import Unusable


class Command(BaseCommand):
    help = (
        "Copies the site into a new folder while it runs: the database, the vault, the exports. Neither keys nor the "
        "store of subjects' keys: whoever has them and a backup can undo what was erased since."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="a folder that does not exist yet")
        parser.add_argument(
            "--renditions", action="store_true", help="what people see as well; it can be made again instead"
        )
        parser.add_argument(
            "--keys",
            type=Path,
            metavar="FOLDER",
            help="a new folder for the store of subjects' keys, kept for days only",
        )

    def handle(self, *, target: Path, renditions: bool, keys: Path | None, **options: Any) -> None:
        try:
            made = making.make(target, self.stderr.write, renditions=renditions, keys=keys)
        except DomainError as error:
            raise CommandError(error.message) from error
        except (making.Refused, Unusable, ProgramMissing, OSError) as error:
            raise CommandError(f"{error} The backup was not made.") from error
        self.stdout.write(f"{target}: {len(made.files)} files, SHA-256 of the manifest {made.digest}")
        wrapping = ", ".join(f"{purpose} {name}" for purpose, ring in made.wrapping.items() for name in ring)
        self.stdout.write(
            "Not in it, and needed to restore it: the journal; the store of subjects' keys; the folder of the log's "
            f"keys; the files of the secret key and of the wrapping keys ({wrapping})."
        )

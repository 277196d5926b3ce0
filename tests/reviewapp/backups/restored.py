"""A site that lives on, is backed up, and is restored into a fresh folder and a fresh database, for tests."""

from pathlib import Path
from typing import Any

from django.core.management import call_command

from annotations.audit import journal
from tests.engines import databases
from tests.engines.postgresql import APP, OWNER

MEDIA = ("vault", "renditions", "exports")


def place(settings: Any, folder: Path) -> None:
    """Keeps media in this folder from now on. Keys, journal and the store of subjects' keys stay where they are."""
    settings.STORAGES = {
        name: {**storage, "OPTIONS": {**storage["OPTIONS"], "location": folder / name}}
        if name in MEDIA
        else storage
        for name, storage in settings.STORAGES.items()
    }


class Sites:
    """Makes databases, and drops them with the test."""

    def __init__(self, settings: Any, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self._made: list[str] = []

    def fresh(self, name: str) -> None:
        """Everything that is lost with a machine is new: an empty database, as its owner, and empty folders."""
        url = databases.databases().empty()
        self._made.append(url)
        databases.use(url)
        place(self.settings, self.folder / name)
        journal.forget_standing()

    def serve(self) -> None:
        """The programs use the database in the role that owns nothing."""
        databases.use(self._made[-1].replace(OWNER, APP, 1))
        journal.forget_standing()

    def drop(self) -> None:
        for url in self._made:
            databases.databases().drop(url)


def backup(target: Path, *options: str) -> Path:
    call_command("backup", target, *options)
    return target

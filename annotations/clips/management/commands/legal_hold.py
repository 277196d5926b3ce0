from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from annotations.audit.actors import COMMAND_LINE
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.services import place, release_hold


class Command(BaseCommand):
    help = (
        "Places a clip under a legal hold, or releases it. Under the hold nobody labels it or trains on it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["place", "release"])
        parser.add_argument("clip", type=UUID, help="the clip's id, as its dossier shows it")

    def handle(self, *, action: str, clip: UUID, **options: Any) -> None:
        found = Clip.objects.filter(public_id=clip).first()
        if found is None:
            raise CommandError(f"There is no clip {clip}.")
        if action == "place":
            changed = place(found, HoldReason.LEGAL, COMMAND_LINE)
            self.stdout.write("Held." if changed else "The clip is under a legal hold already.")
        else:
            changed = release_hold(found, HoldReason.LEGAL, COMMAND_LINE)
            self.stdout.write("Released." if changed else "The clip is under no legal hold.")

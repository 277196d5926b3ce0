"""`manage.py receipt CLIP`: the link to an owner's receipt."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.actors import COMMAND_LINE
from annotations.clips import selectors
from annotations.rights import receipts, services


class Command(BaseCommand):
    help = "Prints the path of the receipt of a clip, for its owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clip", type=uuid.UUID, help="the clip's public id")
        parser.add_argument(
            "--renew", action="store_true", help="end every link that was given out, and make a new one"
        )
        parser.add_argument(
            "--site", default="", help="what to print before the path, e.g. https://example.org"
        )

    def handle(self, *args: Any, clip: uuid.UUID, site: str, renew: bool, **options: Any) -> None:
        found = selectors.clip(clip)
        if found is None:
            raise CommandError("There is no such clip.")
        if renew:
            services.renew_receipt(found, COMMAND_LINE)
        services.record_receipt_linked(found, COMMAND_LINE)
        self.stdout.write(site.rstrip("/") + receipts.path_for(found))

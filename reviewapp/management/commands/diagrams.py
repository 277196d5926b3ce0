from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reviewapp.diagrams import drawn


class Command(BaseCommand):
    help = "Draws the state diagrams of docs/architecture.md afresh from the transition tables."

    def handle(self, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "architecture.md"
        try:
            path.write_text(drawn(path.read_text()))
        except ValueError as error:
            raise CommandError(str(error)) from error

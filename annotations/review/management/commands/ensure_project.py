from typing import Any

from django.core.management.base import BaseCommand

from annotations.audit.actors import COMMAND_LINE
from annotations.review.services.projects import ensure_default_project


class Command(BaseCommand):
    help = "Makes the default project with its label schema when there is none yet. Clips are queued in projects."

    def handle(self, **options: Any) -> None:
        project = ensure_default_project(COMMAND_LINE)
        self.stdout.write(f"Project: {project.name}")

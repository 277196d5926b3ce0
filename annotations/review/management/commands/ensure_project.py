import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.audit.actors import COMMAND_LINE
from annotations.core.errors import Invalid
from annotations.review.services import ensure_default_project, publish_schema


class Command(BaseCommand):
    help = "Makes the default project with its label schema when there is none yet. Clips are queued in projects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--labels",
            type=Path,
            metavar="FILE",
            help="JSON with the lists verdicts, events, tracks and skip_reasons: published as the project's next "
            "schema. What was labeled before keeps its own.",
        )

    def handle(self, *, labels: Path | None, **options: Any) -> None:
        project = ensure_default_project(COMMAND_LINE)
        self.stdout.write(f"Project: {project.name}")
        if labels is None:
            return
        try:
            schema = publish_schema(project, json.loads(labels.read_text()), COMMAND_LINE)
        except (OSError, ValueError) as error:
            raise CommandError(f"{labels} cannot be read: {error}") from None
        except Invalid as error:
            told = [f"{name}: {problem}" for name, problem in error.extra.get("fields", {}).items()]
            raise CommandError(" ".join([error.message, *told])) from None
        self.stdout.write(f"Label schema: version {schema.version}")

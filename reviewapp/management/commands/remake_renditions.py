from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand

from annotations.audit.actors import COMMAND_LINE
from annotations.clips.models import Clip, Hold
from annotations.clips.rules import FINAL
from annotations.core.stored import lacking
from annotations.datasets import services as datasets
from annotations.datasets.models import ExportFile, Release
from annotations.redaction import services as redaction
from annotations.redaction.models import Rendition


class Command(BaseCommand):
    help = (
        "Has every rendition made again whose file is not there, as after a restore: workers do it, and the clips are "
        "held until then. Files of releases that are not there are marked as gone. Running it again adds nothing."
    )

    def handle(self, **options: Any) -> None:
        over = Hold.objects.filter(reason__in=FINAL, released_at=None).values("clip")
        current = Rendition.objects.filter(current=True).exclude(clip__in=over)
        asked = without = 0
        for name in lacking(storages["renditions"], current):
            clip = Clip.objects.select_related("owner").get(renditions__name=name)
            if redaction.remake(clip, COMMAND_LINE) is None:
                continue
            asked += 1
            without += not hasattr(clip, "original")
            if asked % 100 == 0:
                self.stderr.write(f"{asked} passes asked for")
        self.stdout.write(
            f"Renditions that are made again: {asked}; without an original, which stay held: {without}."
        )
        for release in Release.objects.filter(files__destroyed_at=None).distinct().order_by("pk"):
            if lost := datasets.mark_lost(release, COMMAND_LINE):
                self.stdout.write(
                    f"Release {release.pk} has lost its files: {', '.join(lost)}. Freeze a new one."
                )
        whole = ExportFile.objects.filter(destroyed_at=None).count()
        self.stdout.write(f"Files of releases that are there: {whole}.")

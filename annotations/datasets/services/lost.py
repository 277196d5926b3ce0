"""Files of releases that are not there any more, as after a restore."""

from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock
from annotations.datasets import log
from annotations.datasets.models import ExportFile, Release


@transaction.atomic
def mark_lost(release: Release, actor: Actor) -> list[str]:
    """Says of the release's files that are not there that they are gone; their formats. They are offered no more."""
    files = (
        ExportFile.objects.select_for_update().filter(release=release, destroyed_at=None).order_by("format")
    )
    lost = [file for file in files if not storages["exports"].exists(file.name)]
    if lost:
        ExportFile.objects.filter(pk__in=[file.pk for file in lost]).update(destroyed_at=clock.now())
        formats = [str(file.format) for file in lost]
        audit.append(log.LOST, actor, data={"release": str(release.pk), "files": formats})
    return [str(file.format) for file in lost]

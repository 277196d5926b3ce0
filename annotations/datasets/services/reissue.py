"""Handing out the manifest of a release of which items were erased."""

import uuid

from django.db import transaction

from annotations.audit import repeats
from annotations.audit.actors import Actor
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.core.errors import Missing
from annotations.datasets import log
from annotations.datasets.exports.manifest import Manifest
from annotations.datasets.models import Download, ExportFile, Release


def reissue_manifest(release: Release, actor: Actor) -> None:
    """Logs, and has sealed, that the manifest is given out as it is now, before a byte of it is.

    It still names what was not erased, so whoever takes it is asked to delete that, too, should it be erased later.
    Raises Missing `nothing_erased` when the manifest among the release's files is the one there is, and Unavailable
    `log_not_sealed`. Not inside a transaction.
    """
    await_checkpoint(_log(release, actor))


@transaction.atomic
def _log(release: Release, actor: Actor) -> uuid.UUID:
    # Erasing locks the release: it finds this download, or this finds the tombstone.
    Release.objects.select_for_update(of=("self",)).get(pk=release.pk)
    file = ExportFile.objects.filter(release=release, format=Manifest.code).first()
    if file is None or not release.items.filter(erased_at__isnull=False).exists():
        raise Missing(
            "nothing_erased", "Nothing of this release was erased. Its manifest is among its files."
        )
    Download.objects.create(file=file, by=actor.pseudonym)
    data = {"release": str(release.pk), "manifest": release.manifest_sha256}
    return repeats.tell(log.MANIFEST_READ, actor, data=data)

"""Making the files of a frozen release."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import IO

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.core import runs
from annotations.core.errors import Conflict
from annotations.core.stages import Heartbeat
from annotations.datasets import log, selectors
from annotations.datasets.exports import frames
from annotations.datasets.exports.base import Exporter, Part
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.exports.source import LabeledClip
from annotations.datasets.models import ExportFile, Release, ReleaseItem
from annotations.datasets.services import pictures
from annotations.redaction.models import Rendition
from annotations.review.sealed_words import digest_of

BATCH = 50
FOLDER = "releases/"


def make(release: Release, heartbeat: Heartbeat) -> None:
    """Makes the file of every registered format that has none yet, and ends the run.

    Raises LostLease, Conflict (`release_withdrawn`, `labels_damaged`, `rendition_damaged`), VisionError or OSError;
    what was stored by then is deleted.
    """
    _clean(release)
    _check_manifest(release)
    existing = set(ExportFile.objects.filter(release=release).values_list("format", flat=True))
    names: list[str] = []
    try:
        with ExitStack() as stack:
            made = {
                exporter: stack.enter_context(tempfile.TemporaryFile())
                for exporter in EXPORTERS
                if exporter.code not in existing
            }
            _write(release, made, heartbeat)
            files = [_store(release, exporter, file, names) for exporter, file in made.items()]
        _finish(release, files)
    except BaseException:
        for name in names:
            storages["exports"].delete(name)
        raise


def _check_manifest(release: Release) -> None:
    if selectors.manifest_digest(release) != release.manifest_sha256:
        raise Conflict("labels_damaged", "What this release holds is not what was frozen.")


def _write(release: Release, files: Mapping[type[Exporter], IO[bytes]], heartbeat: Heartbeat) -> None:
    """Hands each clip to every exporter in turn, and decodes each rendition once for all that carry pictures."""
    described, total = selectors.described(release), release.items.count()
    with ExitStack() as stack:
        exporters = [stack.enter_context(exporter(file, described)) for exporter, file in files.items()]
        illustrated = [exporter for exporter in exporters if Part.PICTURES in exporter.carries]
        for exporter in exporters:
            exporter.begin()
        for item in _items(release):
            clip, rendition = _labeled(item)
            for exporter in exporters:
                exporter.add(clip)
            wanted = frames.annotated(clip.body["tracks"], clip.times) if illustrated else []
            heartbeat.at("files", item.position, total)
            for picture in pictures.read(rendition, wanted):
                heartbeat.beat()
                for exporter in illustrated:
                    exporter.add_picture(clip, picture)
            heartbeat.beat()
        for exporter in exporters:
            exporter.finish()


def _items(release: Release) -> Iterator[ReleaseItem]:
    """All items in order, read in batches: a long open query would keep the database from cleaning up."""
    position = -1
    while batch := list(selectors.items(release).filter(position__gt=position)[:BATCH]):
        yield from batch
        position = batch[-1].position


def _labeled(item: ReleaseItem) -> tuple[LabeledClip, Rendition]:
    if selectors.unusable(item.release).filter(pk=item.pk).exists():
        raise _withdrawn()
    annotation, rendition = item.annotation, item.rendition
    if annotation is None or rendition is None or item.manifest is None:
        raise _withdrawn()
    if digest_of(annotation) != item.manifest["labels"]["sha256"]:
        raise Conflict("labels_damaged", "Labels in this release are not those that were frozen.")
    labeled = LabeledClip(
        public_id=str(item.clip.public_id),
        width=rendition.width,
        height=rendition.height,
        times=rendition.presentation_times,
        body=annotation.body,
        manifest=item.manifest,
        salt=bytes(item.salt or b""),
    )
    return labeled, rendition


def _store(release: Release, exporter: type[Exporter], file: IO[bytes], names: list[str]) -> ExportFile:
    size = file.seek(0, 2)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    name = storages["exports"].save(
        f"{_folder(release)}/{release.token}-{exporter.code}.{exporter.suffix}", File(file)
    )
    names.append(name)
    return ExportFile(
        release=release,
        format=exporter.code,
        format_version=exporter.version,
        name=name,
        sha256=digest,
        bytes=size,
    )


@transaction.atomic
def _finish(release: Release, files: list[ExportFile]) -> None:
    runs.finish(release)
    if selectors.unusable(release).exists():
        raise _withdrawn()
    ExportFile.objects.bulk_create(files)
    audit.append(
        log.BUILT,
        WORKER,
        data={
            "release": str(release.pk),
            "files": [file.format for file in files],
            "sha256": [file.sha256 for file in files],
        },
    )


def _clean(release: Release) -> None:
    """Deletes what an attempt that was killed left behind: what is stored and named by no row."""
    storage = storages["exports"]
    try:
        _, left = storage.listdir(_folder(release))
    except FileNotFoundError:
        return
    named = set(ExportFile.objects.filter(release=release).values_list("name", flat=True))
    for name in left:
        if (path := f"{_folder(release)}/{name}") not in named:
            storage.delete(path)


def _folder(release: Release) -> str:
    return f"{FOLDER}{release.pk}"


def _withdrawn() -> Conflict:
    return Conflict(
        "release_withdrawn",
        "A clip of this release may not be used any more. Freeze a new one; it leaves it out.",
    )

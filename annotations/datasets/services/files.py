"""Making the files of a frozen release."""

import datetime
import hashlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.core import runs
from annotations.core.errors import Conflict
from annotations.datasets import log, selectors
from annotations.datasets.enums import ExportFormat
from annotations.datasets.exports import frames, jsonl, manifest, pictures
from annotations.datasets.exports.coco import CocoArchive
from annotations.datasets.exports.source import LabeledClip
from annotations.datasets.models import ExportFile, Release, ReleaseItem
from annotations.review.body import digest as body_digest
from annotations.review.models import LabelSchema

BATCH = 50
FOLDER = "releases/"
SUFFIXES = {ExportFormat.MANIFEST: "json", ExportFormat.COCO: "zip", ExportFormat.JSON_LINES: "jsonl"}


def make(release: Release, lease: datetime.timedelta) -> None:
    """Makes all files and ends the run. Raises LostLease, Conflict (`release_withdrawn`, `labels_damaged`,
    `rendition_damaged`), VisionError or OSError; what was stored by then is deleted.
    """
    _clean(release)
    names: list[str] = []
    try:
        with ExitStack() as stack:
            made = {format_: stack.enter_context(tempfile.TemporaryFile()) for format_ in ExportFormat}
            made[ExportFormat.MANIFEST].write(_manifest(release))
            _write_clips(
                release, made[ExportFormat.COCO], made[ExportFormat.JSON_LINES], _Heartbeat(release, lease)
            )
            files = [_store(release, format_, file, names) for format_, file in made.items()]
        _finish(release, files)
    except BaseException:
        for name in names:
            storages["exports"].delete(name)
        raise


def _manifest(release: Release) -> bytes:
    parts = list(
        ReleaseItem.objects.filter(release=release).order_by("position").values_list("manifest", flat=True)
    )
    made = manifest.manifest(release, parts)
    if hashlib.sha256(made).hexdigest() != release.manifest_sha256:
        raise Conflict("labels_damaged", "What this release holds is not what was frozen.")
    return made


def _write_clips(release: Release, coco: IO[bytes], lines: IO[bytes], heartbeat: "_Heartbeat") -> None:
    info = {
        "description": f"{release.dataset.name}, release {release.number}",
        "version": str(release.number),
        "release": str(release.pk),
        "manifest_sha256": release.manifest_sha256,
        "date_created": release.frozen_at.isoformat() if release.frozen_at else "",
    }
    with CocoArchive(coco, _categories(release), info) as archive:
        for item in _items(release):
            source = _source(item)
            lines.write(jsonl.line(source))
            wanted = frames.annotated(source.body["tracks"], source.times)
            archive.add(source, heartbeat.along(pictures.read(item.rendition, wanted)))
            heartbeat.beat(item.position + 1)
        archive.finish()


def _items(release: Release) -> Iterator[ReleaseItem]:
    """All items in order, read in batches: a long open query would keep the database from cleaning up."""
    position = -1
    while batch := list(selectors.items(release).filter(position__gt=position)[:BATCH]):
        yield from batch
        position = batch[-1].position


def _source(item: ReleaseItem) -> LabeledClip:
    if selectors.unusable(item.release).filter(pk=item.pk).exists():
        raise _withdrawn()
    annotation, rendition = item.annotation, item.rendition
    if body_digest(annotation.body) != item.manifest["labels"]["sha256"]:
        raise Conflict("labels_damaged", "Labels in this release are not those that were frozen.")
    return LabeledClip(
        clip=str(item.clip.public_id),
        width=rendition.width,
        height=rendition.height,
        times=rendition.presentation_times,
        body=annotation.body,
        manifest=item.manifest,
    )


def _categories(release: Release) -> dict[str, str]:
    """The track labels of every schema that the release's labels were made under, oldest schema first."""
    used = ReleaseItem.objects.filter(release=release).values("annotation__schema")
    found: dict[str, str] = {}
    for schema in LabelSchema.objects.filter(pk__in=used).order_by("version"):
        for entry in schema.labels["tracks"]:
            found.setdefault(entry["code"], entry["name"])
    return found


def _store(release: Release, format_: ExportFormat, file: IO[bytes], names: list[str]) -> ExportFile:
    size = file.seek(0, 2)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    name = storages["exports"].save(f"{_folder(release)}/{release.token}.{SUFFIXES[format_]}", File(file))
    names.append(name)
    return ExportFile(release=release, format=format_, name=name, sha256=digest, bytes=size)


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
            "files": [str(file.format) for file in files],
            "sha256": [file.sha256 for file in files],
        },
    )


def _clean(release: Release) -> None:
    """Deletes what an attempt that was killed left behind."""
    storage = storages["exports"]
    try:
        _, left = storage.listdir(_folder(release))
    except FileNotFoundError:
        return
    for name in left:
        storage.delete(f"{_folder(release)}/{name}")


def _folder(release: Release) -> str:
    return f"{FOLDER}{release.pk}"


def _withdrawn() -> Conflict:
    return Conflict(
        "release_withdrawn",
        "A clip of this release may not be used any more. Freeze a new one; it leaves it out.",
    )


class _Heartbeat:
    """Renews the lease and tells the progress, every two seconds at most."""

    def __init__(self, release: Release, lease: datetime.timedelta) -> None:
        self.release, self.lease = release, lease
        self.total, self.done, self.due = release.items.count(), 0, 0.0

    def along(self, values: Iterator[pictures.Numbered]) -> Iterator[pictures.Numbered]:
        for value in values:
            self.beat(self.done)
            yield value

    def beat(self, done: int) -> None:
        self.done = done
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + 2
            runs.renew(self.release, self.lease, stage="files", progress=min(99, 100 * done // self.total))

from django.db import models
from django.db.models import Q

from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.core.models import RunState, StageRun
from annotations.datasets.enums import DeletionStatement
from annotations.datasets.exports import registry
from annotations.datasets.filters import Filters
from annotations.redaction.models import Rendition
from annotations.review.models import Annotation, Project


class Dataset(models.Model):
    """A question asked of the accepted labels; each release is one answer, frozen."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    name = models.CharField(max_length=100, unique=True)
    description = models.TextField(blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    filters = models.JSONField(default=dict)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    @property
    def chosen(self) -> Filters:
        return Filters.from_json(self.filters)


class Release(StageRun):
    """One frozen answer. What it holds never changes once it is frozen, except that items are erased; `marks` tell
    what became of its clips.

    Its run freezes it: first the gate is asked and the items are written, then the files are made.
    `manifest_version` is the layout of its manifest, and `formerly` the digest of a manifest of layout 1 of which items
    were erased. `succeeds` is the release that it was made to take the place of, because items of that were erased.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    filters = models.JSONField()
    requested_by = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(null=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    manifest_version = models.PositiveSmallIntegerField(default=1)
    formerly = models.CharField(max_length=64, blank=True)
    left_out = models.JSONField(default=dict)  # reason: how many clips
    succeeds = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="successors")

    class Meta:
        indexes = StageRun.indexes("release")
        constraints = [
            *StageRun.constraints("release"),
            models.UniqueConstraint(fields=["dataset", "number"], name="release_number_once"),
            models.CheckConstraint(
                condition=Q(frozen_at=None, manifest_sha256="")
                | (Q(frozen_at__isnull=False) & ~Q(manifest_sha256="")),
                name="release_frozen_with_manifest",
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.DONE) | Q(frozen_at__isnull=False), name="release_done_is_frozen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset.name} {self.number}"

    @property
    def chosen(self) -> Filters:
        return Filters.from_json(self.filters)


class ReleaseItem(models.Model):
    """One clip of a release, with the labels and the rendition that it was frozen with.

    `commitment` is SHA-256(salt || manifest), empty in manifests of layout 1. Of an item that was erased nothing else
    is left: a tombstone.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="items")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="release_items")
    annotation = models.ForeignKey(Annotation, null=True, on_delete=models.PROTECT, related_name="+")
    rendition = models.ForeignKey(Rendition, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    manifest = models.JSONField(null=True)  # the clip's part of the manifest
    salt = models.BinaryField(null=True)
    commitment = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    erased_at=None,
                    annotation__isnull=False,
                    rendition__isnull=False,
                    manifest__isnull=False,
                )
                | Q(
                    erased_at__isnull=False,
                    annotation=None,
                    rendition=None,
                    manifest__isnull=True,
                    salt=None,
                )
                & ~Q(commitment=""),
                name="releaseitem_whole_or_erased",
            ),
            models.UniqueConstraint(fields=["release", "clip"], name="releaseitem_clip_once"),
            models.UniqueConstraint(fields=["release", "position"], name="releaseitem_position_once"),
        ]


class Exclusion(models.Model):
    """A clip that the gate kept out of a release, and why."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="exclusions")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "clip"], name="exclusion_clip_once")]


class Mark(models.Model):
    """From `placed_at` until `cleared_at` the item may not be used, so its release cannot be downloaded."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    item = models.ForeignKey(ReleaseItem, on_delete=models.PROTECT, related_name="marks")
    reason = models.CharField(max_length=32)
    placed_at = models.DateTimeField(default=clock.now)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "reason"], condition=Q(cleared_at=None), name="mark_open_once"
            )
        ]


class ExportFile(models.Model):
    """A file of a release in the storage `exports`; its bytes stay the same until they are destroyed.

    `format` may be one that is no longer registered (`exports.registry`).
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=16)
    format_version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "format"], name="exportfile_once_per_format")
        ]

    @property
    def label(self) -> str:
        return registry.label(self.format)


class Download(models.Model):
    """Somebody was handed the file, or a part of it."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    file = models.ForeignKey(ExportFile, on_delete=models.PROTECT, related_name="downloads")
    by = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)


class DeletionRequest(models.Model):
    """Somebody who downloaded an item that was erased is asked to delete it, and answers (GDPR, Art. 17(2) and 19).

    `download` is the last one by that person of a file that held the item; what they add in their own words is on the
    log.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    item = models.ForeignKey(ReleaseItem, on_delete=models.PROTECT, related_name="deletion_requests")
    download = models.ForeignKey(Download, on_delete=models.PROTECT, related_name="deletion_requests")
    person = models.CharField(max_length=64)
    asked_at = models.DateTimeField(default=clock.now)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, blank=True)
    statement = models.CharField(max_length=16, choices=DeletionStatement, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "person"], name="deletionrequest_once"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="", statement="")
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by="") & ~Q(statement="")),
                name="deletionrequest_confirmed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "asked_at"], condition=Q(confirmed_at=None), name="deletion_open")
        ]

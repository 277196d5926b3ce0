from django.db import models
from django.db.models import Q

from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.core.models import StageRun
from annotations.moderation.enums import FlagCategory, FlagSource, FlagState
from annotations.redaction.models import RedactionRun


class Screening(models.Model):
    """The decision on one pass's findings: made once per run."""

    run = models.OneToOneField(
        RedactionRun, on_delete=models.PROTECT, primary_key=True, related_name="screening"
    )
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="screenings")
    quarantined = models.BooleanField()
    policy = models.CharField(max_length=64, blank=True)  # the table's version that judged: `policy.VERSION`
    decided_at = models.DateTimeField(default=clock.now)


class Finding(models.Model):
    """What a model saw: at one frame, with a score. Kept whether or not it counts under the policy."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    run = models.ForeignKey(RedactionRun, on_delete=models.PROTECT, related_name="content_findings")
    model = models.CharField(max_length=64)
    label = models.CharField(max_length=64)
    score = models.FloatField()
    frame = models.PositiveIntegerField()
    box = models.JSONField(null=True)


class Flag(models.Model):
    """Somebody, or a model, holds the clip to be inappropriate. Open until a lead decides.

    What people wrote, whoever raised it and whoever decided, is on the log only (`selectors.notes`, `reasons`).
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="flags")
    category = models.CharField(max_length=32, choices=FlagCategory)
    source = models.CharField(max_length=16, choices=FlagSource)
    raised_by = models.CharField(max_length=64)
    raised_at = models.DateTimeField(default=clock.now)
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=FlagState, default=FlagState.OPEN)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=FlagState.OPEN, decided_by="", decided_at=None)
                | (~Q(state=FlagState.OPEN) & ~Q(decided_by="") & Q(decided_at__isnull=False)),
                name="flag_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["raised_at"], condition=Q(state=FlagState.OPEN), name="flag_open"),
            models.Index(fields=["clip", "state"], name="flag_clip"),
        ]


class Fingerprint(models.Model):
    """Perceptual hashes (PDQ) of a clip's original pictures, in time order, 32 bytes each, `step` seconds apart.

    Purpose: to recognise the clip when it comes again after it was discarded, and to hold it against lists of known
    content, those of later days too. Retention: while the clip may be used, for it may still be flagged; if a flag was
    upheld, until `KNOWN_CONTENT_DAYS` after the decision, even when the clip itself is withdrawn or erased. A sweep
    deletes the rest.
    A hash shows no picture and says nothing of who is in it.
    `uncropped` has for each of the pictures the hashes, one after the other, that it would have if something had been
    cut off its edges (`annotations.vision.uncropped`). A fingerprint of before has none, and is not recognised as a
    crop; crops of it are.
    """

    clip = models.OneToOneField(Clip, on_delete=models.PROTECT, primary_key=True, related_name="fingerprint")
    step = models.FloatField()
    hashes = models.BinaryField()
    qualities = models.BinaryField()  # 0 to 100, one byte for each hash
    uncropped = models.BinaryField(default=bytes)
    made_at = models.DateTimeField(default=clock.now)


class HashList(models.Model):
    """Known content that somebody answers for: hashes from outside, why they are here, and until when.

    `sha256` is the uploaded file's. A list that was removed or has expired keeps its row and loses its hashes.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    name = models.CharField(max_length=64)
    source = models.CharField(max_length=200)
    purpose = models.CharField(max_length=500)
    category = models.CharField(max_length=32, choices=FlagCategory)
    kept_until = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()  # of too little quality to mean anything
    uploaded_by = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=clock.now)
    removed_by = models.CharField(max_length=64, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at=None), name="hashlist_name_once"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by="")
                | (Q(removed_at__isnull=False) & ~Q(removed_by="")),
                name="hashlist_removed_by_somebody",
            ),
        ]


class HashBlock(models.Model):
    """A piece of a list: hashes of 32 bytes one after the other, so that a million is read in a few rows."""

    list = models.ForeignKey(HashList, on_delete=models.CASCADE, related_name="blocks")
    hashes = models.BinaryField()


class Recheck(StageRun):
    """Holding the clips from before against what became known: a list, or a clip whose flag was upheld.

    A worker goes through the fingerprints in the order of their clips' ids. `cursor` is the last one that is done, so
    another attempt goes on behind it; `attempts` counts those since it last came on.
    """

    list = models.ForeignKey(HashList, on_delete=models.PROTECT, null=True, related_name="rechecks")
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, null=True, related_name="rechecks")
    cursor = models.UUIDField(null=True)
    checked = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = StageRun.indexes("recheck")
        constraints = [
            *StageRun.constraints("recheck"),
            models.CheckConstraint(
                condition=Q(list__isnull=False, flag=None) | Q(list=None, flag__isnull=False),
                name="recheck_of_one_thing",
            ),
        ]

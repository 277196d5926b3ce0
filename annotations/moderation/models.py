from django.db import models
from django.db.models import Q

from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.redaction.models import RedactionRun

from .enums import FlagCategory, FlagSource, FlagState


class Screening(models.Model):
    """The decision on one pass's findings: made once per run."""

    run = models.OneToOneField(
        RedactionRun, on_delete=models.PROTECT, primary_key=True, related_name="screening"
    )
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="screenings")
    quarantined = models.BooleanField()
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
    """Somebody, or a model, holds the clip to be inappropriate. Open until a lead decides."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="flags")
    category = models.CharField(max_length=32, choices=FlagCategory)
    source = models.CharField(max_length=16, choices=FlagSource)
    raised_by = models.CharField(max_length=64)
    raised_at = models.DateTimeField(default=clock.now)
    evidence = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=FlagState, default=FlagState.OPEN)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

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

from django.db import models
from django.db.models import Q

from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.core.models import StageRun


class Outcome(models.TextChoices):
    """What a finished run found."""

    PENDING = ""
    VERIFIED = "verified"
    EXPOSED = "exposed"  # the residual check found a face: nothing was published


class RedactionRun(StageRun):
    """One machine pass over a clip: hide faces, screen content, check the result."""

    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="redaction_runs")
    effect = models.CharField(max_length=16)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.PENDING, blank=True)
    missed_faces = models.JSONField(default=list)  # [{"frame", "box"}] that a reviewer drew before this run
    findings = models.JSONField(
        default=list
    )  # as annotations.vision.report tells them; screening reads these
    residual = models.JSONField(default=dict)
    models_used = models.JSONField(default=list)  # name, SHA-256 and role of each model
    seconds = models.JSONField(default=dict)  # per stage

    class Meta:
        indexes = StageRun.indexes("redactionrun")
        constraints = [
            *StageRun.constraints("redactionrun"),
            models.UniqueConstraint(
                fields=["clip"],
                condition=Q(state__in=["queued", "running"]),
                name="redactionrun_one_at_a_time",
            ),
        ]


class FaceTrack(models.Model):
    """One face through time, as found; no identity. `boxes` maps the frame number to [x, y, width, height]."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    run = models.ForeignKey(RedactionRun, on_delete=models.PROTECT, related_name="tracks")
    number = models.PositiveIntegerField()
    score = models.FloatField()
    boxes = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="facetrack_once")]


class Rendition(models.Model):
    """What people get to see: the redacted, silent, constant-rate MP4 of a clip. One is current.

    `presentation_times` are the original's, in seconds, one per frame of the rendition (frame identity).
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="renditions")
    run = models.OneToOneField(RedactionRun, on_delete=models.PROTECT, related_name="rendition")
    name = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frame_rate = models.FloatField()
    frames = models.PositiveIntegerField()
    presentation_times = models.JSONField()
    current = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clip"], condition=Q(current=True), name="rendition_one_current")
        ]

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.core.models import StageRun
from annotations.redaction.enums import (
    HeldBecause,
    HiddenKind,
    HidingEffect,
    Stage,
    UnredactionState,
    UnverifiedState,
)


class Outcome(models.TextChoices):
    """What a finished run found."""

    PENDING = ""
    VERIFIED = "verified"
    EXPOSED = "exposed"  # not verified (`rules.holds`): nothing was published


class Method(models.TextChoices):
    """How a rendition was made."""

    WHOLE = "whole"
    REPAIR = "repair"  # only the groups of pictures that hide something else than before


class RedactionRun(StageRun):
    """One machine pass over a clip: hide faces, screen content, check the result."""

    SHOWN: ClassVar[frozenset[str]] = frozenset({"id", "state", "unverified"})

    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="redaction_runs")
    effect = models.CharField(max_length=16)
    camera = models.JSONField(
        default=dict
    )  # what was known of it and applied: `vision.camera.Camera.as_dict`
    camera_version = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.PENDING, blank=True)
    missed_regions = models.JSONField(
        default=list
    )  # as `redaction.missed_regions` says, of this run and all before
    findings = models.JSONField(
        default=list
    )  # as annotations.vision.report tells them; screening reads these
    residual = models.JSONField(default=dict)
    held_because = models.CharField(max_length=16, choices=HeldBecause, blank=True)
    unverified = models.CharField(
        max_length=16, choices=UnverifiedState, blank=True
    )  # what a lead made of it; empty where it was verified
    strict = models.BooleanField(default=False)  # a lead ordered that whole persons are hidden
    method = models.CharField(
        max_length=16, choices=Method, blank=True
    )  # how it was done; set when it is done
    built_on = models.ForeignKey(
        "Rendition", null=True, on_delete=models.PROTECT, related_name="successors"
    )  # what people saw when the run was asked for
    whole_because = models.CharField(
        max_length=200, blank=True
    )  # why not only the changed groups were encoded again
    unredacted = models.JSONField(
        default=list
    )  # [{"boxes"}], perhaps with a kind: what two people agreed to show
    schema = models.PositiveSmallIntegerField(
        default=0
    )  # of the report; the next three fields are the report's, too
    times = models.JSONField(default=list)
    frame_map = models.JSONField(null=True)
    light = models.JSONField(default=dict)
    fingerprint = models.JSONField(default=dict)  # until the screening takes it over
    models_used = models.JSONField(default=list)  # name, SHA-256 and role of each model
    seconds = models.JSONField(default=dict)  # per stage

    class Meta:
        indexes = [
            *StageRun.indexes("redactionrun"),
            models.Index(
                fields=["finished_at"],
                condition=Q(unverified=UnverifiedState.WAITING),
                name="redactionrun_waits_for_lead",
            ),
        ]
        constraints = [
            *StageRun.constraints("redactionrun"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.EXPOSED) | Q(unverified="", held_because=""),
                name="redactionrun_held_as_exposed",
            ),
            models.UniqueConstraint(
                fields=["clip"],
                condition=Q(state__in=["queued", "running"]),
                name="redactionrun_one_at_a_time",
            ),
        ]

    @property
    def stage_in_words(self) -> str:
        """What the pass is at; a stage that has no words, as the child calls it."""
        return str(dict(Stage.choices).get(self.stage or Stage.START, self.stage))


class HiddenTrack(models.Model):
    """A face through time, or something else that is hidden; no identity. `boxes` maps the frame number to [x, y,
    width, height].

    `source` is "detector", or "person" when a reviewer drew it and it was followed from there.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    run = models.ForeignKey(RedactionRun, on_delete=models.PROTECT, related_name="tracks")
    number = models.PositiveIntegerField()
    score = models.FloatField()
    boxes = models.JSONField()
    source = models.CharField(max_length=16, default="detector")
    kind = models.CharField(max_length=24, choices=HiddenKind, default=HiddenKind.FACE)
    side = models.FloatField(null=True)  # of the square of the same area, in pixels; the median of the boxes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="hiddentrack_once")]


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


class Unredaction(models.Model):
    """A hidden track that a lead takes for nothing to hide, and what a second person said to it. `boxes` and `kind` as
    in a track.

    The words of both are on the log only (`selectors.asked_because`).
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="unredactions")
    state = models.CharField(max_length=16, choices=UnredactionState, default=UnredactionState.ASKED)
    boxes = models.JSONField()
    kind = models.CharField(max_length=24, choices=HiddenKind, default=HiddenKind.FACE)
    frame = models.PositiveIntegerField()  # of the rendition: where the region was shown to be judged
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"], name="unredaction_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("asked_by")),
                name="unredaction_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[UnredactionState.APPROVED, UnredactionState.REFUSED])
                | Q(decided_by__isnull=False),
                name="unredaction_decided_by_somebody",
            ),
        ]


class TrainingExample(models.Model):
    """Original frames on which a face was missed, with boxes: encrypted under a key of their own, in the vault.

    `wrapped_key` is kept as an original's is: sealed under the clip's subject.

    Purpose: training the face detector, and nothing else. Kept while the clip's consent to training stands. When it is
    destroyed its key goes first; the row stays and says when.
    """

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="training_examples")
    run = models.OneToOneField(RedactionRun, on_delete=models.PROTECT, related_name="training_example")
    name = models.CharField(max_length=200, blank=True)
    key_id = models.CharField(max_length=64, blank=True)
    wrapped_key = models.BinaryField(null=True)
    frames = models.PositiveIntegerField()
    faces = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_at=None, wrapped_key__isnull=False)
                | Q(destroyed_at__isnull=False, wrapped_key=None, name=""),
                name="trainingexample_key_goes_with_it",
            )
        ]


class HidingChoice(models.Model):
    """How faces are hidden from then on, as a privacy officer chose. The last one holds; the reason is on the log."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    version = models.PositiveIntegerField(unique=True)
    effect = models.CharField(max_length=16, choices=HidingEffect)
    before = models.CharField(max_length=16, choices=HidingEffect)
    chosen_by = models.CharField(max_length=64)
    chosen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(effect__in=HidingEffect.values), name="hidingchoice_known"),
            models.CheckConstraint(condition=~Q(effect=models.F("before")), name="hidingchoice_changes"),
        ]

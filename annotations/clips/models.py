import hashlib
from collections.abc import Iterable
from functools import partial

import rfc8785
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from annotations.audit import subjects
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.rules import NAMEABLE, PASSES
from annotations.core import clock, ids
from annotations.vision.camera import Camera


class Owner(models.Model):
    """A household, as the submitter's back end names it. Only the pseudonym leaves this context.

    `sealed_reference` is the name, under the pseudonym's key, and `lookup` finds it (`clips.lookups`); both are empty
    once the owner is erased.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    submitter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed_reference = models.BinaryField(null=True)
    lookup = models.CharField(max_length=64, null=True)
    pseudonym = models.CharField(
        max_length=64, unique=True, default=partial(ids.pseudonym, "o"), editable=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submitter", "lookup"], name="owner_once")]


class Device(models.Model):
    """A camera, as the submitter's back end names it. Its reference is kept as an owner's.

    `seen_turns` are the orientations in which passes found faces, a hint that the site learns (`vision.camera`).
    `least_version` is what a rendition must have been made with at least: earlier versions lack a privacy zone.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE, related_name="devices")
    pseudonym = models.CharField(
        max_length=64, unique=True, default=partial(ids.pseudonym, "d"), editable=False
    )
    sealed_reference = models.BinaryField(null=True)
    lookup = models.CharField(max_length=64, null=True)
    seen_turns = models.JSONField(default=list)
    least_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "lookup"], name="device_once")]


class CameraVersion(models.Model):
    """What was stated about a camera: the last version holds, and all of them stay.

    `quarter_turns` to the left make its pictures stand upright; `aspect` is their shape ("16:9", empty: as the file
    says); `zones` are polygons in shares of the displayed picture that are always filled.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="camera_versions")
    version = models.PositiveIntegerField()
    quarter_turns = models.PositiveSmallIntegerField(default=0)
    aspect = models.CharField(max_length=16, blank=True)
    zones = models.JSONField(default=list)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "version"], name="cameraversion_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="cameraversion_counts_from_one"),
            models.CheckConstraint(condition=Q(quarter_turns__lte=3), name="cameraversion_quarter_turns"),
        ]

    def camera(self) -> Camera:
        """As the machine pass takes it, without what the site has learned."""
        stated = {
            "quarter_turns": self.quarter_turns,
            "aspect": self.aspect.replace(":", "/"),
            "zones": self.zones,
        }
        return Camera.from_dict({**stated, "version": self.version})

    def digest(self) -> str:
        """SHA-256 of the statement as canonical JSON (RFC 8785), in hexadecimal."""
        stated = {"quarter_turns": self.quarter_turns, "aspect": self.aspect, "zones": self.zones}
        return hashlib.sha256(rfc8785.dumps(stated)).hexdigest()


class Consent(models.Model):
    """What the owner agreed to for one clip."""

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    notice_version = models.CharField(max_length=64)
    troubleshooting = models.BooleanField()
    training = models.BooleanField()
    granted_at = models.DateTimeField()
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(troubleshooting=True) | Q(training=True), name="consent_has_purpose"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("granted_at")), name="consent_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(withdrawn_at=None, expired_at=None), name="consent_running"
            )
        ]


class Submission(models.Model):
    """One delivery by a submitter. Its idempotency key makes a repeated request answer the same.

    The key is whatever the submitter likes, so only a keyed digest of it is kept (`clips.lookups`).
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    submitter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=200, null=True)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submitter", "idempotency_key"], name="submission_idempotent")
        ]


class ClipQuerySet(models.QuerySet["Clip"]):
    def passing(self, purpose: str, named: Iterable[str] = ()) -> "ClipQuerySet":
        """The clips that the gate lets through for `purpose`.

        They have no open hold that the purpose may not pass, and a consent that covers it. `named` are holds that an
        approval of break-glass names; it cannot name every one.
        """
        now = clock.now()
        passed = PASSES[purpose] | (
            NAMEABLE & frozenset(named) if purpose == Purpose.BREAK_GLASS else frozenset()
        )
        blocking = Hold.objects.filter(clip=OuterRef("pk"), released_at=None).exclude(reason__in=passed)
        found = self.filter(
            ~Exists(blocking),
            consent__withdrawn_at=None,
            consent__until__gt=now,
        )
        return found.filter(consent__training=True) if purpose == Purpose.TRAINING else found


class Clip(models.Model):
    """A clip that was accepted. Its original lies encrypted in the vault; nobody sees it but the machine pass.

    `id` is time-ordered and stays inside; `public_id` is what people see. Width and height are as displayed in its
    renditions. `accept_partial` and `stated_rate` (frames a second, of a file without time stamps) are what the
    submitter allowed and said; `facts` are the other fields of `vision.video.Probe`, and the bound on the pixels of
    renditions that held when the clip came: every pass over it keeps to that one, as boxes count in its pixels.

    `sealed_digest` is the SHA-256 of the original, under the clip's subject; `content_lookup` finds equal ones
    (`clips.lookups`). Both are empty once the clip is erased. While the clip is `standing`, its consent has not ended,
    and its owner cannot send the same content again.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    public_id = models.UUIDField(unique=True, default=ids.random_id, editable=False)
    submitter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="clip")
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="clips")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="clips")
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="clip")
    sealed_digest = models.BinaryField(null=True)
    content_lookup = models.CharField(max_length=64, null=True)
    standing = models.BooleanField(default=True)
    bytes = models.PositiveBigIntegerField()
    container = models.CharField(max_length=64)
    codec = models.CharField(max_length=32)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frame_rate = models.FloatField()
    constant_rate = models.BooleanField()
    frames = models.PositiveIntegerField()
    duration = models.FloatField()
    accept_partial = models.BooleanField(default=False)
    stated_rate = models.FloatField(null=True)
    facts = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=clock.now)

    objects = ClipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "content_lookup"], condition=Q(standing=True), name="clip_once_per_owner"
            )
        ]
        indexes = [models.Index(fields=["content_lookup"], name="clip_content")]

    @property
    def subject(self) -> str:
        """Under whose key everything about this clip is sealed."""
        return subjects.of_clip(self.public_id)


class Original(models.Model):
    """Where a clip's original lies in the vault, and its data key.

    The key is wrapped by the key-encryption key `key_id`, and that is sealed under the clip's subject
    (`vault.seal_key`).
    """

    clip = models.OneToOneField(Clip, on_delete=models.PROTECT, primary_key=True, related_name="original")
    name = models.CharField(max_length=200, unique=True)
    key_id = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()


class Hold(models.Model):
    """A reason why a clip may not be used, until it is released. At most one open hold per clip and reason."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=32, choices=HoldReason)
    placed_at = models.DateTimeField(default=clock.now)
    placed_by = models.CharField(max_length=64)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clip", "reason"], condition=Q(released_at=None), name="hold_open_once"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by="")
                | (Q(released_at__isnull=False) & ~Q(released_by="")),
                name="hold_released_by_somebody",
            ),
        ]

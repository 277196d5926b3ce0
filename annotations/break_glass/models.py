"""Looking at an original without redaction."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.break_glass.enums import BreakGlassPurpose, BreakGlassState
from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.core.models import StageRun


class BreakGlassAccess(models.Model):
    """One person asks to see one clip without redaction, and a second one decides. Their words are on the log only.

    `passes` are the holds that the approval names, `until` is when it is over. `name` and `wrapped_key` lead to the
    unredacted copy in the vault; they are there only while the approval stands. The key is kept as an original's is:
    sealed under the clip's subject.
    """

    SHOWN: ClassVar[frozenset[str]] = frozenset({"id", "state", "until", "decided_by"})

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=BreakGlassState, default=BreakGlassState.ASKED)
    purpose = models.CharField(max_length=16, choices=BreakGlassPurpose)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    passes = models.JSONField(default=list)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=200, blank=True)
    key_id = models.CharField(max_length=64, blank=True)
    wrapped_key = models.BinaryField(null=True)
    bytes = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clip", "asked_by"],
                condition=Q(state__in=[BreakGlassState.ASKED, BreakGlassState.APPROVED]),
                name="breakglass_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="breakglass_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[BreakGlassState.APPROVED, BreakGlassState.REFUSED, BreakGlassState.EXPIRED]
                )
                | Q(decided_by__isnull=False),
                name="breakglass_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(wrapped_key=None, name="")
                | (Q(state=BreakGlassState.APPROVED, wrapped_key__isnull=False, bytes__gt=0) & ~Q(name="")),
                name="breakglass_key_goes_with_approval",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="breakglass_by_state")]

    @property
    def running(self) -> bool:
        """Whether the approval stands by its time; the gate is asked besides."""
        return self.state == BreakGlassState.APPROVED and self.until is not None and self.until > clock.now()


class CleanCopyRun(StageRun):
    """Making the unredacted copy of an approved access; its id is the access's."""

    access = models.OneToOneField(BreakGlassAccess, on_delete=models.PROTECT, related_name="copy_run")

    class Meta:
        indexes = StageRun.indexes("cleancopyrun")
        constraints = StageRun.constraints("cleancopyrun")

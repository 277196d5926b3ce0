"""Requests of data subjects, and erasures."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from annotations.clips.models import Clip
from annotations.core import clock, ids
from annotations.core.models import RunState, StageRun
from annotations.rights.enums import ErasureCause, RequestState, ScopeKind
from annotations.rights.retention.models import LegalHold, RetentionRule

__all__ = ["AccessRequest", "AnswerRun", "Erasure", "LegalHold", "ReceiptLink", "RetentionRule"]

_CLOSED = [RequestState.ANSWERED, RequestState.REFUSED]


class ReceiptLink(models.Model):
    """Which link to a clip's receipt is in force: those of smaller numbers have ended. Without a row it is number 0."""

    clip = models.OneToOneField(Clip, on_delete=models.PROTECT, primary_key=True, related_name="receipt_link")
    number = models.PositiveIntegerField(default=0)
    renewed_at = models.DateTimeField(default=clock.now)


class AccessRequest(models.Model):
    """An owner asks what is held about them. Words of people stand only on the log.

    `sealed` is the compiled answer, encrypted under the subject's key `key` like a detail of the log: it is gone with
    that key when the subject is erased, and some time after the request is closed. `sha256` is its commitment, and
    stays. `told_days` is how many days before it is due that was told last.
    """

    SHOWN: ClassVar[frozenset[str]] = frozenset({"id", "state", "sha256", "due_at", "extended_at"})

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    subject = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=RequestState, default=RequestState.OPEN)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField(default=clock.now)
    compiled_at = models.DateTimeField(null=True)
    clips = models.PositiveIntegerField(null=True)
    key = models.UUIDField(null=True)
    sealed = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    told_days = models.PositiveSmallIntegerField(null=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=~Q(state__in=_CLOSED), name="accessrequest_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="accessrequest_state_known"
            ),
            models.CheckConstraint(
                condition=Q(sealed=None) | (Q(key__isnull=False) & ~Q(sha256="")),
                name="accessrequest_sealed_under_a_key",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=_CLOSED, closed_at__isnull=False) & ~Q(closed_by=""))
                | (~Q(state__in=_CLOSED) & Q(closed_at=None, closed_by="")),
                name="accessrequest_closed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=~Q(state__in=_CLOSED), name="accessrequest_due"),
            models.Index(fields=["-closed_at"], name="accessrequest_closed"),
        ]

    @property
    def closed(self) -> bool:
        return self.state in _CLOSED

    @property
    def overdue(self) -> bool:
        return not self.closed and self.due_at < clock.now()

    @property
    def due_soon(self) -> bool:
        """Within a week."""
        return not self.closed and not self.overdue and self.due_at < clock.now() + clock.seconds(7 * 86_400)


class AnswerRun(StageRun):
    """Compiling the answer to an access request, as an officer asked for it; at most one of a request at a time."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="runs")
    asked_by = models.CharField(max_length=64)
    asked_role = models.CharField(max_length=32)

    class Meta:
        indexes = StageRun.indexes("answerrun")
        constraints = [
            *StageRun.constraints("answerrun"),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=[RunState.QUEUED, RunState.RUNNING]),
                name="answerrun_one_at_a_time",
            ),
        ]

    @property
    def under_way(self) -> bool:
        return self.state in (RunState.QUEUED, RunState.RUNNING)


class Erasure(StageRun):
    """Erasing a clip, a device or an owner, step by step; the run of it. Pseudonyms, codes and counts only.

    `target` is the public id of the clip or the pseudonym, `owner` whose all of it is, `clips` the public ids of what
    goes and `subjects` the names whose keys are destroyed. `plan` holds how much each store held when it was shown, by
    store; `done` how far it is: `clips` are through, `steps` are done of the next one, `stores` held so much when they
    were emptied. `files` are the storage and the name of every file that may be deleted, as the log tells of its row;
    `planned_files` those that there were when it began, also such as go by the hold itself. Once it is verified that
    they are gone, their names go, too, and their number stays.

    `findings` are what the check afterwards still found, and `certificate` the document whose digest is the entry
    `certified_by` on the log.
    """

    kind = models.CharField(max_length=8, choices=ScopeKind)
    target = models.CharField(max_length=64)
    owner = models.CharField(max_length=64)
    cause = models.CharField(max_length=16, choices=ErasureCause)
    asked_by = models.CharField(max_length=64)
    asked_role = models.CharField(max_length=32)
    clips = models.JSONField(default=list)
    subjects = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    done = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    planned_files = models.JSONField(default=list)
    keys = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)
    certificate = models.JSONField(null=True)
    certified_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            *StageRun.indexes("erasure"),
            models.Index(fields=["kind", "target"], name="erasure_of"),
            models.Index(fields=["-created_at"], name="erasure_latest"),
        ]
        constraints = [
            *StageRun.constraints("erasure"),
            models.UniqueConstraint(
                fields=["kind", "target"], condition=~Q(state=RunState.DONE), name="erasure_one_open"
            ),
            models.CheckConstraint(condition=Q(kind__in=ScopeKind.values), name="erasure_kind_known"),
            models.CheckConstraint(condition=Q(cause__in=ErasureCause.values), name="erasure_cause_known"),
            models.CheckConstraint(
                condition=~Q(state=RunState.DONE) | Q(certificate__isnull=False, certified_by__isnull=False),
                name="erasure_done_is_certified",
            ),
        ]

    def held(self, store: str, now: int = 0) -> int:
        """How much a store held: when the plan was shown, when it was emptied, or now. The hold itself ends what is in
        flight, so that less may be there when its turn comes."""
        emptied: dict[str, int] = self.done.get("stores", {})
        planned: dict[str, int] = self.plan
        return max(planned.get(store, 0), emptied.get(store, 0), now)

    @property
    def files_deleted(self) -> int:
        """How many files went with it."""
        return max(int(self.done.get("files", 0)), len(self.files))

    @property
    def verified(self) -> bool:
        """Whether the check afterwards found nothing."""
        return self.checked_at is not None and not self.findings

from typing import Any

from django.db import models
from django.db.models import Q

from annotations.core import clock, ids


class Outbox(models.Model):
    """An event that happened, to be delivered at least once to the tasks that `reviewapp.pipeline` names.

    They work under its `cause` (`core.causes`), or under the event's own id when it has none.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    type = models.CharField(max_length=64)
    payload = models.JSONField()
    cause = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(delivered_at=None), name="outbox_undelivered"),
            models.Index(fields=["delivered_at"], name="outbox_delivered"),
        ]


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class StageRun(models.Model):
    """One stage's work on one thing. The row is the truth; a broker message only wakes a worker.

    A worker acquires the row with a lease and a fresh token, renews the lease while it works, and may finish only
    while its token still stands (fencing): a worker that was thought dead cannot overwrite its successor.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    woken_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=32, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    failure_code = models.CharField(max_length=64, blank=True)
    failure_message = models.TextField(blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def indexes(prefix: str) -> list[models.Index]:
        """The partial index that workers and the sweep poll."""
        unfinished = Q(state__in=[RunState.QUEUED, RunState.RUNNING])
        return [models.Index(fields=["woken_at"], condition=unfinished, name=f"{prefix}_unfinished")]

    @staticmethod
    def constraints(prefix: str) -> list[Any]:
        running = Q(state=RunState.RUNNING)
        return [
            models.CheckConstraint(
                condition=~running | Q(token__isnull=False, lease_until__isnull=False),
                name=f"{prefix}_running_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.FAILED) | ~Q(failure_code=""), name=f"{prefix}_failed_says_why"
            ),
        ]

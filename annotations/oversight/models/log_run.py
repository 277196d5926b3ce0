"""Work on the log's integrity that an officer asked for."""

from django.db import models
from django.db.models import Q

from annotations.core.models import RunState, StageRun
from annotations.oversight.enums import LogWork


class LogRun(StageRun):
    """One verification, export or showing to the witnesses; at most one of each at a time.

    `outcome` is what it found, in words. An export lies in the storage `exports` under `name` until the next one.
    """

    kind = models.CharField(max_length=8, choices=LogWork)
    requested_by = models.CharField(max_length=64)
    requested_role = models.CharField(max_length=32)
    outcome = models.TextField(blank=True)
    size = models.BigIntegerField(null=True)
    name = models.CharField(max_length=200, blank=True)
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = StageRun.indexes("logrun")
        constraints = [
            *StageRun.constraints("logrun"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state__in=[RunState.QUEUED, RunState.RUNNING]),
                name="logrun_one_of_a_kind",
            ),
        ]

"""Alerts, the rules that raise them, and how far the log has been looked through."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from annotations.core import clock, ids
from annotations.oversight.enums import AlertKind, AlertState


class AlertRule(models.Model):
    """One version of a rule's values, as its dataclass in `alerting` names them. Versions never change; without any,
    the values of the dataclass hold (version 0).
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=AlertKind)
    version = models.PositiveIntegerField()
    enabled = models.BooleanField(default=True)
    values = models.JSONField()
    current = models.BooleanField(default=True)
    changed_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="alertrule_version_once"),
            models.UniqueConstraint(fields=["kind"], condition=Q(current=True), name="alertrule_one_current"),
        ]


class Alert(models.Model):
    """Something that a rule found in the log between `since` and `until`. `series` names what is counted together (the
    views of a person, for instance), `key` the series and the beginning, so that looking again raises no second one.

    `entries` are the first ids of the entries that show it, `entry_count` is how many there are. The officer's words
    stand only on the log, as the detail of the entry `resolved_entry`: they are erased with whom they concern.
    """

    SHOWN: ClassVar[frozenset[str]] = frozenset({"id", "state", "taken_by", "resolved_by"})

    id = models.UUIDField(primary_key=True, default=ids.random_id, editable=False)
    kind = models.CharField(max_length=16, choices=AlertKind)
    key = models.CharField(max_length=200)
    series = models.CharField(max_length=200, blank=True)
    rule_version = models.PositiveIntegerField()
    actor = models.CharField(max_length=64)
    actor_role = models.CharField(max_length=32)
    clip = models.UUIDField(null=True)
    subject = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    measured = models.PositiveIntegerField()
    allowed = models.PositiveIntegerField()
    entries = models.JSONField()
    entry_count = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=AlertState, default=AlertState.OPEN)
    raised_at = models.DateTimeField(default=clock.now)
    taken_by = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=64, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_entry = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="alert_once"),
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="alert_state_known"),
            models.CheckConstraint(
                condition=~Q(state=AlertState.TAKEN) | (~Q(taken_by="") & Q(taken_at__isnull=False)),
                name="alert_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[AlertState.OPEN, AlertState.TAKEN], resolved_by="", resolved_at=None)
                | (
                    Q(state__in=[AlertState.EXPLAINED, AlertState.ESCALATED], resolved_at__isnull=False)
                    & ~Q(resolved_by="")
                ),
                name="alert_resolved_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-raised_at", "-id"], name="alert_queue"),
            models.Index(fields=["actor", "-raised_at"], name="alert_actor"),
            models.Index(fields=["kind", "series", "until"], name="alert_series"),
        ]


class AwaitedScope(models.Model):
    """A scope of a rule that can be judged only once its time is over; `key` is the name of its series."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=AlertKind)
    key = models.CharField(max_length=200)
    actor = models.CharField(max_length=64)
    clip = models.UUIDField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "since"], name="awaitedscope_once")]
        indexes = [models.Index(fields=["until"], name="awaitedscope_due")]


class ViewingTally(models.Model):
    """How many views a person was given on a day (in UTC), as far as the log was looked through."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    actor = models.CharField(max_length=64)
    day = models.DateField()
    views = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "day"], name="viewtally_once")]


class AlertScanProgress(models.Model):
    """How far the log has been looked through for alerts: the index of the first leaf of its tree that was not.

    The sequencer gives every entry an index after it is committed, so that an entry that commits late comes later
    here, too, and none is passed over. There is one row.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    position = models.BigIntegerField()
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="logprogress_one_row")]

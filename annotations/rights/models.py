"""Requests of data subjects."""

from django.db import models
from django.db.models import Q

from annotations.core import clock, ids
from annotations.rights.enums import RequestState

_CLOSED = [RequestState.ANSWERED, RequestState.REFUSED]


class AccessRequest(models.Model):
    """An owner asks what is held about them. Words of people stand only on the log.

    `sealed` is the compiled answer, encrypted under the subject's key `key` like a detail of the log: it is gone with
    that key when the subject is erased, and some time after the request is closed. `sha256` is its commitment, and
    stays.
    """

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

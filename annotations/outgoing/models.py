from django.db import models
from django.db.models import Q

from annotations.core import clock, ids
from annotations.outgoing.enums import Channel, MessageState


class OutgoingMessage(models.Model):
    """Something that somebody outside is to be told, written in the transaction of what it tells.

    `target` is the name of one in the settings, or the pseudonym of the person that a mail is for. `facts` are what
    its template declares: codes, numbers, pseudonyms. `sealed` is what only its reader may know (an address, a link),
    under the key `key_id` of outgoing messages; it is emptied when the message has left, or after a while.

    A worker holds a message for the time of a lease while it sends it. `id` stays the same however often it is sent.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    channel = models.CharField(max_length=16, choices=Channel)
    target = models.CharField(max_length=64)
    template = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    key_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=MessageState, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure_code = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["target", "id"],
                condition=Q(state=MessageState.WAITING),
                name="outgoingmessage_waiting",
            ),
            models.Index(fields=["state", "ended_at"], name="outgoingmessage_ended"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="outgoingmessage_channel"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="outgoingmessage_state"),
            models.CheckConstraint(
                condition=Q(state=MessageState.WAITING, ended_at=None)
                | (~Q(state=MessageState.WAITING) & Q(ended_at__isnull=False)),
                name="outgoingmessage_ended_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT) | Q(sealed=None), name="outgoingmessage_sent_is_empty"
            ),
        ]

from django.db import models

from annotations.core import ids


class LogEntry(models.Model):
    """One act, for ever: `canonical` holds the exact bytes; the other columns repeat parts of them.

    Append-only: the application's role may only insert and select, and triggers refuse the rest.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    canonical = models.BinaryField()
    occurred_at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    actor_role = models.CharField(max_length=32)
    clip = models.UUIDField(null=True)
    subject = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=32, blank=True)
    request = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="logentry_time"),
            models.Index(fields=["actor", "-occurred_at", "-id"], name="logentry_actor"),
            models.Index(fields=["clip", "-occurred_at", "-id"], name="logentry_clip"),
            models.Index(fields=["action", "-occurred_at", "-id"], name="logentry_action"),
            models.Index(fields=["subject", "-occurred_at", "-id"], name="logentry_subject"),
        ]


class EntryDetail(models.Model):
    """What an entry tells in somebody's own words; the entry itself holds only SHA-256(salt || detail).

    It may be erased without touching the entry.
    """

    entry = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=64)
    salt = models.BinaryField()
    detail = models.BinaryField()

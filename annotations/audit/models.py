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
            models.Index(fields=["actor_role", "-occurred_at", "-id"], name="logentry_role"),
            models.Index(
                fields=["purpose", "-occurred_at", "-id"],
                condition=~models.Q(purpose=""),
                name="logentry_purpose",
            ),
            # One viewer and one household: what rules for alerts ask about every view.
            models.Index(
                fields=["actor", "subject", "-occurred_at", "-id"],
                condition=~models.Q(purpose="") & ~models.Q(subject=""),
                name="logentry_viewer",
            ),
            models.Index(fields=["request"], condition=~models.Q(request=""), name="logentry_request"),
        ]


class Series(models.Model):
    """How often the same was done within an hour (`audit.repeats`), and of how many of these entries tell.

    `key` is a digest of what is the same. `entry` is the last one that tells what was done, `ranges` what no entry
    tells yet of a kind whose ranges are joined. The row goes when the hour is over.
    """

    key = models.CharField(primary_key=True, max_length=64)
    began_at = models.DateTimeField(db_index=True)
    entry = models.UUIDField(null=True)
    count = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)
    ranges = models.JSONField(default=list)


class EntryDetail(models.Model):
    """What an entry tells in somebody's own words, encrypted (`audit.details`); the entry holds only a commitment.

    `key` names the key in the store of subjects' keys. Erasing a subject destroys that key and these rows, and leaves
    the entries as they are.
    """

    entry = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=64)
    key = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["subject"], name="entrydetail_subject")]


class Pending(models.Model):
    """An entry that has no leaf yet. The database itself adds it with the entry; the sequencer takes it away.

    A set, not a position: an entry whose transaction commits late is not passed over.
    """

    entry = models.UUIDField(primary_key=True)


class Hurry(models.Model):
    """An entry for whose checkpoint somebody waits: the sequencer does not wait for others to go with it."""

    entry = models.UUIDField(primary_key=True)


class TreeLeaf(models.Model):
    """The place of an entry in the tree, and RFC 9162's hash of its canonical bytes. Append-only."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.UUIDField(unique=True)
    hash = models.BinaryField()


class HashTile(models.Model):
    """256 hashes of a level of tiles side by side, and the hash over them. Only full tiles; append-only.

    `hashes` of level 0 are the leaves' own, of level n the roots of the tiles of level n - 1.
    """

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()


class Checkpoint(models.Model):
    """What the log signed about the first `size` entries. One for a size, for ever; append-only."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()


class Cosignature(models.Model):
    """A witness's word that it saw the checkpoint of `size` and that it continues the one before. Append-only."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    size = models.BigIntegerField()
    witness = models.CharField(max_length=200)
    line = models.TextField()
    witnessed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["witness", "-size"], name="cosignature_witness")]


class KeyChange(models.Model):
    """From which size on checkpoints carry a key's signature, or no longer do. Append-only: the log's key policy."""

    class Kind(models.TextChoices):
        ADDED = "added"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    vkey = models.CharField(max_length=300)
    size = models.BigIntegerField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vkey", "kind"], name="key_changes_once")]


class Epoch(models.Model):
    """The log was set back by a restore and goes on: entries `restored` to `signed` - 1 of what was signed are lost.

    `lost` is the signed note of the last checkpoint of the epoch before, `declaration` the note that the log's keys
    signed about it (`audit.tree.epochs`). Two privacy officers stand for it. Append-only.
    """

    number = models.IntegerField(primary_key=True)
    restored = models.BigIntegerField()
    signed = models.BigIntegerField()
    lost = models.TextField()
    declaration = models.TextField()
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=64)
    agreed_by = models.CharField(max_length=64)

    @property
    def last(self) -> int:
        """The number of the last entry that is lost; `restored` is that of the first."""
        return self.signed - 1

    @property
    def entries(self) -> int:
        """How many entries are lost."""
        return self.signed - self.restored


class Verification(models.Model):
    """One check of the whole log against its tree: what was checked and what was found. Append-only."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    by = models.CharField(max_length=64)
    size = models.BigIntegerField()
    ok = models.BooleanField()
    problems = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-finished_at"], name="verification_time")]


class JournalLine(models.Model):
    """A line of the journal that this database knows (`audit.journal`), by its SHA-256 in hexadecimal digits.

    The act that the line tells of is in the same transaction, or was found done. Append-only: a database that lacks
    rows for lines of the journal was set back.
    """

    number = models.BigIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)

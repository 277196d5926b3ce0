"""What was deleted from the database, and what is left of it in the database's files."""

from django.db import connection, transaction


def clear() -> None:
    """Leaves nothing of deleted rows in SQLite's files, once the transaction that deleted them has committed.

    `secure_delete` (settings) has overwritten them with zeros in the write-ahead log: this takes the zeros over into
    the file and cuts the log to nothing. While somebody reads, the rest of it waits for SQLite's own checkpoints.
    PostgreSQL reuses the space of deleted rows in its own time; what must not be read there lies under keys.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_checkpoint)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

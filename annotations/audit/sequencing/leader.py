"""One leader at a time: who writes the tree holds this until their transaction ends.

PostgreSQL: an advisory lock that belongs to the transaction, so that it goes with the connection however that ends.
SQLite: every transaction of ours keeps all other writers out from its beginning (IMMEDIATE).
"""

from django.db import connection

_LOCK = 0x617564697453  # any number that no other advisory lock of this database has


def lead() -> bool:
    """Takes the lead until the transaction's end; False when somebody else has it."""
    return _lock("pg_try_advisory_xact_lock") is not False


def wait() -> None:
    """Takes the lead until the transaction's end, after whoever has it now."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> object:
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])
        return cursor.fetchone()[0]

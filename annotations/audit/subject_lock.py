"""Nobody writes a detail of a subject while that subject is erased."""

import hashlib

from django.db import connection


def hold(subject: str, *, alone: bool) -> None:
    """Waits until nobody erases the subject (`alone`: nor writes a detail of it), until the transaction ends.

    PostgreSQL: an advisory lock. SQLite: the transaction holds the file's only write lock already (IMMEDIATE).
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(f"audit.subject:{subject}".encode()).digest()[:8], signed=True)
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [number])

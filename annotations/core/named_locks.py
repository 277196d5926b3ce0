"""Locks that have a name instead of a row: held until the transaction ends."""

import hashlib

from django.db import connection


def hold(name: str, *, alone: bool) -> None:
    """Waits until nobody holds the name alone (`alone`: until nobody holds it at all), then holds it.

    PostgreSQL: an advisory lock. SQLite: the transaction holds the file's only write lock already (IMMEDIATE).
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [number])

"""What was deleted from the database, and what is left of it in the database's files."""

from collections.abc import Iterable
from functools import partial

from django.db import connection, transaction

# Of these tables those that the role may vacuum: its own, or those of a role whose member it is.
_OWN = """
    SELECT c.oid::regclass::text FROM pg_catalog.pg_class c
    WHERE c.relname = ANY(%s) AND c.relnamespace = 'public'::regnamespace AND pg_has_role(c.relowner, 'USAGE')
    ORDER BY 1"""


def clear(tables: Iterable[str] = ()) -> None:
    """Leaves as little of deleted rows in the database's files as may be, once their transaction has committed.

    SQLite: nothing. `secure_delete` (settings) has overwritten them with zeros in the write-ahead log: this takes the
    zeros over into the file and cuts the log to nothing. While somebody reads, the rest of it waits for SQLite's own
    checkpoints.

    PostgreSQL: the space of dead rows in these tables is given to new ones (VACUUM), where the role owns them; it does
    not in an installation with `review_app`. No byte is overwritten by that: what must not be read there lies under
    keys.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_checkpoint)
    else:
        transaction.on_commit(partial(_vacuum, sorted(tables)), robust=True)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _vacuum(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [tables])
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM {table}")

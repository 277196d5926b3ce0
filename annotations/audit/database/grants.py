"""What the roles may do on PostgreSQL, granted by the owner after every migration. They own nothing.

The application's role may add to the log. Only the sequencer's may add to the tree: where an installation has no
such role (`DATABASE_SEQUENCER_ROLE` is empty) the application's is both.
"""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections
from psycopg import sql

from annotations.audit.database.append_only import ACCOUNTS, EPOCHS, JOURNAL, TABLE, TREE
from annotations.audit.database.enqueueing import QUEUE
from annotations.audit.sequencing.officers import COLUMNS

HURRY = "audit_hurry"
DETAILS = "audit_entrydetail"

_APPLICATION = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)


def grant(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Gives `DATABASE_APP_ROLE` the rows of all tables, but of the log and its tree only what adds to them."""
    connection = connections[using]
    role, sequencer = settings.DATABASE_APP_ROLE, settings.DATABASE_SEQUENCER_ROLE
    if connection.vendor != "postgresql" or not role:
        return
    with connection.cursor() as cursor:
        for statement in _APPLICATION:
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)))
        tables = connection.introspection.table_names(cursor)
        for table in (TABLE, *ACCOUNTS, *_there(tables, JOURNAL)):
            _only(cursor, role, table, "SELECT, INSERT")
        for table in (*TREE, *_there(tables, *EPOCHS), QUEUE):
            _only(cursor, role, table, "SELECT")
        _sequencing(cursor, sequencer or role, tables)
        if sequencer:
            _only(cursor, sequencer, TABLE, "SELECT, INSERT")
            _only(cursor, sequencer, HURRY, "SELECT, DELETE")
            for table in ACCOUNTS:
                _only(cursor, sequencer, table, "SELECT")
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(sequencer)))
            _declaring(cursor, sequencer, tables)


def _there(tables: list[str], *names: str) -> list[str]:
    """Those that exist: a database may be migrated to an earlier state on its way."""
    return [name for name in names if name in tables]


def _sequencing(cursor: Any, role: str, tables: list[str]) -> None:
    """The rights on the tree. The queue may be added to as well, for what it lost (`sequence --requeue`)."""
    for table in (*TREE, *_there(tables, *EPOCHS)):
        _only(cursor, role, table, "SELECT, INSERT")
    _only(cursor, role, QUEUE, "SELECT, INSERT, DELETE")


def _declaring(cursor: Any, sequencer: str, tables: list[str]) -> None:
    """What declaring an epoch takes besides: whether two accounts are officers', and a detail for the reason."""
    accounts = get_user_model()._meta.db_table
    if accounts in tables:
        _only(cursor, sequencer, accounts, f"SELECT ({', '.join(COLUMNS)})")
    _only(cursor, sequencer, DETAILS, "INSERT")


def _only(cursor: Any, role: str, table: str, rights: str) -> None:
    """Gives the role these rights on the table and takes every other."""
    names = {"role": sql.Identifier(role), "table": sql.Identifier(table)}
    cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
    cursor.execute(sql.SQL(f"GRANT {rights} ON {{table}} TO {{role}}").format(**names))

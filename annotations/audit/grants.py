"""What the application's role may do on PostgreSQL, granted by the owner after every migration."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from psycopg import sql

from .append_only import TABLE


def grant(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Gives `DATABASE_APP_ROLE` the rows of all tables, but of the log SELECT and INSERT only. It owns none."""
    connection = connections[using]
    role = settings.DATABASE_APP_ROLE
    if connection.vendor != "postgresql" or not role:
        return
    statements = (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "REVOKE ALL ON {table} FROM {role}",
        "GRANT SELECT, INSERT ON {table} TO {role}",
        "REVOKE INSERT, UPDATE, DELETE ON {migrations} FROM {role}",
    )
    names = {
        "role": sql.Identifier(role),
        "table": sql.Identifier(TABLE),
        "migrations": sql.Identifier("django_migrations"),
    }
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(**names))

"""Is the site able to work?"""

from django.core.files.storage import storages
from django.db import DatabaseError, connection


def healthy() -> bool:
    """Whether the database and every storage of media answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        for name in ("vault", "renditions", "exports"):
            storages[name].exists("health")
    except (DatabaseError, OSError):
        return False
    return True

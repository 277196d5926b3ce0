"""The keys under which the details of each subject are encrypted, in a store apart from the database.

    store().ensure("o-7k2m9qx4")   the key for a new detail
    store().find(ids)              the keys of details that exist
    store().destroy(ids)           what they opened is gone, in every backup too

Nothing here is kept in memory between two calls: a key that one process destroys is gone for all of them.
"""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from annotations.audit.subject_keys.postgresql import PostgreSQLDatabase
from annotations.audit.subject_keys.sqlite import SQLiteFile
from annotations.audit.subject_keys.store import Engine, SubjectKey, SubjectKeyStore, Unreachable

__all__ = ["SubjectKey", "SubjectKeyStore", "Unreachable", "store"]


def store() -> SubjectKeyStore:
    """The site's store, where SUBJECT_STORE_URL says."""
    return SubjectKeyStore(_engine(settings.SUBJECT_STORE_URL), settings.SUBJECT_KEYS)


def _engine(url: str) -> Engine:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return SQLiteFile(unquote(parts.path.removeprefix("/")))
    if parts.scheme in {"postgresql", "postgres"}:
        return PostgreSQLDatabase(url)
    raise ImproperlyConfigured(
        f"SUBJECT_STORE_URL has the scheme {parts.scheme!r}; use sqlite or postgresql."
    )

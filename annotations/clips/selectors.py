"""Reading clips."""

import datetime

from annotations.core import clock

from . import vault
from .models import Original


def orphans(older_than: datetime.timedelta) -> list[str]:
    """Vault files without a row: a process died between writing the file and committing its clip."""
    storage, before = vault.storage(), clock.now() - older_than
    folders, _ = storage.listdir("")
    found = []
    for folder in folders:
        names = [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
        known = set(Original.objects.filter(name__in=names).values_list("name", flat=True))
        found += [name for name in names if name not in known and storage.get_modified_time(name) < before]
    return found

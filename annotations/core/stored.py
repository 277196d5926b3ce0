"""Files in a storage that no row names: a process died between writing one and committing its row."""

import datetime
from collections.abc import Callable, Iterable

from django.core.files.storage import Storage


def unowned(
    storage: Storage, folder: str, owned: Callable[[list[str]], Iterable[str]], before: datetime.datetime
) -> list[str]:
    """Names of files in the folders of ``folder`` (ends with a slash, or is empty: the whole storage), written earlier
    than this, that are not among those which ``owned`` knows of some names."""
    found: list[str] = []
    try:
        parts = storage.listdir(folder)[0]
    except FileNotFoundError:  # nothing has been put there yet
        return found
    for part in parts:
        names = [f"{folder}{part}/{name}" for name in storage.listdir(f"{folder}{part}")[1]]
        known = set(owned(names))
        found += [name for name in names if name not in known and storage.get_modified_time(name) < before]
    return found

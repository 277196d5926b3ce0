"""What a storage holds against what rows say that it holds. Rows have the name of their file in a field `name`."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import Storage
from django.db.models import QuerySet

PAGE = 500
"""Names that are asked of the database at once."""


def unnamed(storage: Storage, folder: str, rows: QuerySet[Any], before: datetime.datetime) -> Iterator[str]:
    """Files in `folder` (ends with a slash) and in its folders, last written before this, that none of `rows` names.

    With an empty `folder`, those in the folders of the storage: what lies beside them is not ours.

    A process died between writing one and committing its row. The files are listed first and the database is asked
    after that, so a row that is committed meanwhile counts; one folder's names at most are held at a time.
    """
    for listed in _folders(storage, folder):
        for names in (listed[at : at + PAGE] for at in range(0, len(listed), PAGE)):
            known = set(rows.filter(name__in=names).values_list("name", flat=True))
            yield from (
                name for name in names if name not in known and _written_before(storage, name, before)
            )


def lacking(storage: Storage, rows: QuerySet[Any]) -> Iterator[str]:
    """Names that rows hold and the storage does not."""
    last = ""
    while names := list(rows.filter(name__gt=last).order_by("name").values_list("name", flat=True)[:PAGE]):
        gone = [name for name in names if not storage.exists(name)]
        # Asked again: a row may have gone with its file meanwhile.
        yield from rows.filter(name__in=gone).values_list("name", flat=True)
        last = names[-1]


def _folders(storage: Storage, folder: str) -> Iterator[list[str]]:
    """The names of the files in the folder, then in each of its folders."""
    try:
        parts, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing has been put there yet
        return
    if folder:
        yield [f"{folder}{name}" for name in files]
    for part in parts:
        try:
            files = storage.listdir(f"{folder}{part}")[1]
        except FileNotFoundError:  # it went meanwhile
            continue
        yield [f"{folder}{part}/{name}" for name in files]


def _written_before(storage: Storage, name: str, moment: datetime.datetime) -> bool:
    try:
        return storage.get_modified_time(name) < moment
    except FileNotFoundError:  # whoever wrote it has taken it away
        return False

"""Bringing a storage into line with the rows that name its files, on the log. Each context sweeps what is its own."""

import datetime
import logging
from itertools import islice
from typing import Any

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet

from annotations.audit import log, services
from annotations.audit.actors import WORKER
from annotations.audit.registry import Action
from annotations.core import clock
from annotations.core.stored import lacking, unnamed

logger = logging.getLogger(__name__)

AT_ONCE = 1000
"""Files that one entry tells of at most."""
TOLD = 20
"""Names of files that are not there, in the programs' own log."""


def sweep(storage: str, folder: str, rows: QuerySet[Any], older_than: datetime.timedelta) -> int:
    """Deletes the files of the folder that no row names and that are older than any task that may still commit a row
    for them; how many. Files that are named and not there are reported, and nothing is done about them.

    The entry is committed first: killed after that, the next sweep deletes, and tells of, what is left.
    """
    deleted = 0
    found = unnamed(storages[storage], folder, rows, clock.now() - older_than)
    while names := list(islice(found, AT_ONCE)):
        _tell(log.FILES_SWEPT, storage, len(names))
        for name in names:
            storages[storage].delete(name)
        deleted += len(names)
    missing = 0
    first: list[str] = []
    for name in lacking(storages[storage], rows):
        missing += 1
        if len(first) < TOLD:
            first.append(name)
    if missing:
        logger.error(
            "Storage %s lacks %d files that rows name, among them %s", storage, missing, ", ".join(first)
        )
        _tell(log.FILES_LACKING, storage, missing)
    return deleted


@transaction.atomic
def _tell(kind: Action, storage: str, files: int) -> None:
    services.append(kind, WORKER, data={"storage": storage, "files": files})

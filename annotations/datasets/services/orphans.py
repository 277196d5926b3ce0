"""Cleaning up after workers that died."""

import datetime

from annotations.audit.storage_sweep import sweep
from annotations.datasets.models import ExportFile
from annotations.datasets.services.files import FOLDER


def sweep_orphans(older_than: datetime.timedelta = datetime.timedelta(hours=25)) -> int:
    """Deletes files of releases that no row names, or whose row says that they were destroyed; how many there were.

    A freeze may take a day (`tasks`), and its files are named when it ends.
    """
    return sweep("exports", FOLDER, ExportFile.objects.filter(destroyed_at=None), older_than)

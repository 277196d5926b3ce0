"""Cleaning up after processes that died."""

import datetime

from annotations.audit.storage_sweep import sweep
from annotations.clips.models import Original


def sweep_orphans(older_than: datetime.timedelta = datetime.timedelta(hours=1)) -> int:
    """Deletes vault files that no clip owns; how many there were. Nothing else knows their keys."""
    return sweep("vault", "", Original.objects.all(), older_than)

"""Cleaning up after processes that died."""

import datetime

from .. import selectors, vault


def sweep_orphans(older_than: datetime.timedelta = datetime.timedelta(hours=1)) -> int:
    """Deletes vault files that no clip owns; how many there were. Nothing else knows their keys."""
    found = selectors.orphans(older_than)
    for name in found:
        vault.storage().delete(name)
    return len(found)

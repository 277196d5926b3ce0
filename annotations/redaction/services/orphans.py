"""Cleaning up after workers that died."""

import datetime

from django.core.files.storage import storages

from annotations.clips import vault

from .. import selectors


def sweep_orphans(older_than: datetime.timedelta = datetime.timedelta(hours=1)) -> int:
    """Deletes files of renditions and of training examples that no row names; how many there were.

    A rendition that was never committed was not shown to anybody, but an erasure could not find it.
    """
    renditions = selectors.orphaned_renditions(older_than)
    examples = selectors.orphaned_examples(older_than)
    for storage, names in ((storages["renditions"], renditions), (vault.storage(), examples)):
        for name in names:
            storage.delete(name)
    return len(renditions) + len(examples)

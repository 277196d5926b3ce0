"""Cleaning up after workers that died."""

import datetime

from annotations.audit.sweeping import sweep

from .. import selectors
from ..models import Rendition


def sweep_orphans(older_than: datetime.timedelta = datetime.timedelta(hours=1)) -> int:
    """Deletes files of renditions and of training examples that no row names; how many there were.

    A rendition that was never committed was not shown to anybody, but an erasure could not find it.
    """
    return sweep("renditions", "", Rendition.objects.all(), older_than) + sweep(
        "vault", selectors.EXAMPLES_FOLDER, selectors.kept_examples(), older_than
    )

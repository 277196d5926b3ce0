"""Cleaning up after workers that died."""

import datetime

from django.db.models import Q

from annotations.audit.storage_sweep import sweep
from annotations.core import clock
from annotations.redaction import selectors
from annotations.redaction.models import Rendition


def sweep_orphans(older_than: datetime.timedelta = datetime.timedelta(hours=1)) -> int:
    """Deletes files of renditions and of training examples that no row names or needs; how many there were.

    A rendition that was never committed was not shown to anybody, but an erasure could not find it. One that was
    replaced is served no more; its file stays for `older_than` after that, for whoever still reads it. Its row stays.
    """
    replaced_lately = Rendition.objects.filter(current=True, created_at__gt=clock.now() - older_than)
    needed = Rendition.objects.filter(Q(current=True) | Q(clip__in=replaced_lately.values("clip")))
    return sweep("renditions", "", needed, older_than) + sweep(
        "vault", selectors.EXAMPLES_FOLDER, selectors.kept_examples(), older_than
    )

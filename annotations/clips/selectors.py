"""Reading clips."""

import datetime
from collections.abc import Iterable

from annotations.core import clock
from annotations.core.stored import unowned

from . import vault
from .models import Original


def orphans(older_than: datetime.timedelta) -> list[str]:
    """Vault files without a row: a process died between writing the file and committing its clip."""

    def owned(names: list[str]) -> Iterable[str]:
        return Original.objects.filter(name__in=names).values_list("name", flat=True)

    return unowned(vault.storage(), "", owned, clock.now() - older_than)

"""Reminders of something that ends at a moment: each step before it is told once."""

import datetime
from collections.abc import Sequence

from django.db.models import Q

from annotations.core import clock


def due(ends: str, told: str, steps: Sequence[int]) -> Q:
    """Rows of which a step has come and not been told. `ends` and `told` name their columns: the moment, and the last
    step that was told (None: none). `steps` are days before the moment.
    """
    now = clock.now()
    found = Q(pk=None)
    for days in steps:
        comes = {f"{ends}__gt": now, f"{ends}__lte": now + datetime.timedelta(days=days)}
        found |= Q(**comes) & (Q(**{told: None}) | Q(**{f"{told}__gt": days}))
    return found


def step(ends: datetime.datetime, steps: Sequence[int]) -> int:
    """The step that has come, of a row that is due."""
    left = ends - clock.now()
    return min(days for days in steps if left <= datetime.timedelta(days=days))

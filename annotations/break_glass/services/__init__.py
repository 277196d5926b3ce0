"""Writes of this context, one use case per module."""

from annotations.break_glass.services.accesses import (
    ask,
    close,
    decide,
    end_accesses_of,
    end_due_accesses,
    grant_view,
    record_served,
    record_watched,
)
from annotations.break_glass.services.clean_copy import make_clean_copy, sweep_clean_copies
from annotations.break_glass.services.erase import erase_clip

__all__ = [
    "ask",
    "close",
    "decide",
    "end_accesses_of",
    "end_due_accesses",
    "erase_clip",
    "grant_view",
    "make_clean_copy",
    "record_served",
    "record_watched",
    "sweep_clean_copies",
]

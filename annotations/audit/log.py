"""The entries that this context writes."""

from .registry import action

SEARCHED = action("audit.searched", "Searched the log ({filters}): page {page}", ["filters", "page"])

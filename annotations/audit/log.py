"""The entries that this context writes."""

from .registry import action

SEARCHED = action("audit.searched", "Read the log; filters: {filters}; page: {page}", ["filters", "page"])

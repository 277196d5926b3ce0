"""Writes of this context, one use case per module."""

from .decide import decide
from .flag import flag
from .forget import forget_known_content
from .known_lists import Description, add_list, remove_list
from .poster import serve_poster
from .recheck import recheck, recheck_again
from .screen import screen

__all__ = [
    "Description",
    "add_list",
    "decide",
    "flag",
    "forget_known_content",
    "recheck",
    "recheck_again",
    "remove_list",
    "screen",
    "serve_poster",
]

"""Writes of this context, one use case per module."""

from annotations.moderation.services.decide import decide, decide_together
from annotations.moderation.services.discard import discard
from annotations.moderation.services.erase import erase_clip
from annotations.moderation.services.flag import flag
from annotations.moderation.services.forget import forget_known_content
from annotations.moderation.services.known_lists import Description, add_list, remove_list
from annotations.moderation.services.poster import serve_poster
from annotations.moderation.services.recheck import recheck, recheck_again
from annotations.moderation.services.screen import screen

__all__ = [
    "Description",
    "add_list",
    "decide",
    "decide_together",
    "discard",
    "erase_clip",
    "flag",
    "forget_known_content",
    "recheck",
    "recheck_again",
    "remove_list",
    "screen",
    "serve_poster",
]

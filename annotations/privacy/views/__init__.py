"""Pages of the privacy officer, one per module."""

from .clip import clip
from .desk import desk, link_receipt, withdraw
from .log import log

__all__ = ["clip", "desk", "link_receipt", "log", "withdraw"]

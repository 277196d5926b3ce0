"""Pages of the privacy officer, one per module."""

from .clip import clip
from .desk import desk, link_receipt, withdraw
from .erasure import erase, erasure
from .log import log

__all__ = ["clip", "desk", "erase", "erasure", "link_receipt", "log", "withdraw"]

"""Pages of the privacy officer, one per module."""

from .clip import clip
from .desk import desk, link_receipt, withdraw
from .entry import entry
from .erasure import erase, erasure
from .log import change_view, export, log, save_view, words
from .person import person

__all__ = [
    "change_view",
    "clip",
    "desk",
    "entry",
    "erase",
    "erasure",
    "export",
    "link_receipt",
    "log",
    "person",
    "save_view",
    "withdraw",
    "words",
]

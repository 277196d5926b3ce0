"""What officers read, out of every context, one subject per module."""

from annotations.oversight.selectors.dossier import Dossier, dossier, hold_rows, tone
from annotations.oversight.selectors.entry import Entry, entry
from annotations.oversight.selectors.saved_searches import NamedSearch, saved_searches
from annotations.oversight.selectors.viewing_history import BESIDE, ViewingHistory, last_act, viewing_history

__all__ = [
    "BESIDE",
    "Dossier",
    "Entry",
    "NamedSearch",
    "ViewingHistory",
    "dossier",
    "entry",
    "hold_rows",
    "last_act",
    "saved_searches",
    "tone",
    "viewing_history",
]

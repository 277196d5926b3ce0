"""What officers and owners read, out of every context, one subject per module."""

from annotations.privacy.selectors import waiting as waiting
from annotations.privacy.selectors.clips import clip, clip_ids, clips_with_holds, find, id_span, withdrawn
from annotations.privacy.selectors.dossier import Dossier, dossier, hold_rows, tone
from annotations.privacy.selectors.entry import Entry, entry
from annotations.privacy.selectors.people import UNKNOWN, Person, owner_pseudonym, people, pseudonym_of
from annotations.privacy.selectors.views import NamedView, saved_views
from annotations.privacy.selectors.watching import BESIDE, Watching, last_act, watching

__all__ = [
    "BESIDE",
    "UNKNOWN",
    "Dossier",
    "Entry",
    "NamedView",
    "Person",
    "Watching",
    "clip",
    "clip_ids",
    "clips_with_holds",
    "dossier",
    "entry",
    "find",
    "hold_rows",
    "id_span",
    "last_act",
    "owner_pseudonym",
    "people",
    "pseudonym_of",
    "saved_views",
    "tone",
    "watching",
    "withdrawn",
]

"""What officers and owners read, out of every context, one subject per module."""

from .clips import clip, clip_ids, clips_with_holds, find, id_span, withdrawn
from .dossier import Dossier, dossier, hold_rows, tone
from .people import UNKNOWN, Person, owner_pseudonym, people, pseudonym_of

__all__ = [
    "UNKNOWN",
    "Dossier",
    "Person",
    "clip",
    "clip_ids",
    "clips_with_holds",
    "dossier",
    "find",
    "hold_rows",
    "id_span",
    "owner_pseudonym",
    "people",
    "pseudonym_of",
    "tone",
    "withdrawn",
]

"""Writes of this context, one use case per module."""

from .reading import (
    note_certificate,
    note_dossier,
    note_entry,
    note_erasure_prepared,
    note_export,
    note_lookup,
    note_person,
    note_receipt,
    note_receipt_link,
    note_search,
    note_words,
)
from .views import delete_view, rename_view, save_view
from .withdraw import withdraw

__all__ = [
    "delete_view",
    "note_certificate",
    "note_dossier",
    "note_entry",
    "note_erasure_prepared",
    "note_export",
    "note_lookup",
    "note_person",
    "note_receipt",
    "note_receipt_link",
    "note_search",
    "note_words",
    "rename_view",
    "save_view",
    "withdraw",
]

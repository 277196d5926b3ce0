"""Writes of this context, one use case per module."""

from .reading import (
    note_certificate,
    note_dossier,
    note_erasure_prepared,
    note_lookup,
    note_receipt,
    note_receipt_link,
    note_search,
)
from .withdraw import withdraw

__all__ = [
    "note_certificate",
    "note_dossier",
    "note_erasure_prepared",
    "note_lookup",
    "note_receipt",
    "note_receipt_link",
    "note_search",
    "withdraw",
]

"""Writes of this context, one use case per module."""

from .alerts import change_alert_rule, give_back_alert, note_alert, settle_alert, take_alert
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
from .watch import watch
from .withdraw import withdraw

__all__ = [
    "change_alert_rule",
    "delete_view",
    "give_back_alert",
    "note_alert",
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
    "settle_alert",
    "take_alert",
    "watch",
    "withdraw",
]

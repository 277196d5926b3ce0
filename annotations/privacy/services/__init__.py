"""Writes of this context, one use case per module."""

from .alerts import change_alert_rule, give_back_alert, note_alert, settle_alert, take_alert
from .integrity import note_export_served, request_log_work, run_log_work
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
from .requests import (
    answer_request,
    compile_request,
    extend_request,
    forget_answers,
    note_answer,
    note_request,
    open_request,
    refuse_request,
    review_request,
)
from .views import delete_view, rename_view, save_view
from .watch import watch
from .withdraw import withdraw

__all__ = [
    "answer_request",
    "change_alert_rule",
    "compile_request",
    "delete_view",
    "extend_request",
    "forget_answers",
    "give_back_alert",
    "note_alert",
    "note_answer",
    "note_certificate",
    "note_dossier",
    "note_entry",
    "note_erasure_prepared",
    "note_export",
    "note_export_served",
    "note_lookup",
    "note_person",
    "note_receipt",
    "note_receipt_link",
    "note_request",
    "note_search",
    "note_words",
    "open_request",
    "refuse_request",
    "rename_view",
    "request_log_work",
    "review_request",
    "run_log_work",
    "save_view",
    "settle_alert",
    "take_alert",
    "watch",
    "withdraw",
]

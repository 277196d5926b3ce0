"""Writes of this context, one use case per module."""

from annotations.privacy.services.alerts import (
    change_alert_rule,
    give_back_alert,
    note_alert,
    settle_alert,
    take_alert,
)
from annotations.privacy.services.break_glass import (
    ask_break_glass,
    close_break_glass,
    decide_break_glass,
    end_due_glasses,
    grant_glass,
    note_glass_watched,
    serve_glass,
)
from annotations.privacy.services.clean_copy import make_clean_copy, sweep_clean_copies
from annotations.privacy.services.integrity import (
    note_export_served,
    request_log_work,
    run_log_work,
    sweep_exports,
)
from annotations.privacy.services.reading import (
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
from annotations.privacy.services.requests import (
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
from annotations.privacy.services.views import delete_view, rename_view, save_view
from annotations.privacy.services.watch import watch
from annotations.privacy.services.withdraw import withdraw

__all__ = [
    "answer_request",
    "ask_break_glass",
    "change_alert_rule",
    "close_break_glass",
    "compile_request",
    "decide_break_glass",
    "delete_view",
    "end_due_glasses",
    "extend_request",
    "forget_answers",
    "give_back_alert",
    "grant_glass",
    "make_clean_copy",
    "note_alert",
    "note_answer",
    "note_certificate",
    "note_dossier",
    "note_entry",
    "note_erasure_prepared",
    "note_export",
    "note_export_served",
    "note_glass_watched",
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
    "serve_glass",
    "settle_alert",
    "sweep_clean_copies",
    "sweep_exports",
    "take_alert",
    "watch",
    "withdraw",
]

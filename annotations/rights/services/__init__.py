"""Writes of this context, one use case per module."""

from annotations.rights.services.access_requests import (
    answer_request,
    extend_request,
    forget_answers,
    open_request,
    record_answer_served,
    record_request_opened,
    refuse_request,
    review_request,
)
from annotations.rights.services.answers import erase_answers
from annotations.rights.services.certify import check_again
from annotations.rights.services.compile_answer import compile_answer, compile_request
from annotations.rights.services.erase_run import erase
from annotations.rights.services.erasures import repeat_erasure, request_erasure, resume_erasure
from annotations.rights.services.legal_holds import (
    ask_for_extension,
    ask_for_legal_hold,
    ask_for_release,
    decide_legal_hold,
    expire_legal_holds,
    hold_received,
    record_legal_hold_opened,
)
from annotations.rights.services.reading import (
    record_certificate_served,
    record_certificate_shown,
    record_erasure_planned,
    record_erasure_prepared,
    record_lookup,
    record_receipt_fetched,
    record_receipt_linked,
    record_receipt_shown,
)
from annotations.rights.services.receipt_links import renew_receipt
from annotations.rights.services.reminders import tell_of_due_requests
from annotations.rights.services.repeated_legal_holds import (
    repeat_extension,
    repeat_legal_hold,
    repeat_release,
)
from annotations.rights.services.retention import erase_due
from annotations.rights.services.retention_rules import (
    bring_into_force,
    decide_rule,
    repeat_rule,
    repeat_taking_back,
    set_rule,
)
from annotations.rights.services.scans import ScanCounts, record_probe, record_scan
from annotations.rights.services.withdraw import withdraw

__all__ = [
    "ScanCounts",
    "answer_request",
    "ask_for_extension",
    "ask_for_legal_hold",
    "ask_for_release",
    "bring_into_force",
    "check_again",
    "compile_answer",
    "compile_request",
    "decide_legal_hold",
    "decide_rule",
    "erase",
    "erase_answers",
    "erase_due",
    "expire_legal_holds",
    "extend_request",
    "forget_answers",
    "hold_received",
    "open_request",
    "record_answer_served",
    "record_certificate_served",
    "record_certificate_shown",
    "record_erasure_planned",
    "record_erasure_prepared",
    "record_legal_hold_opened",
    "record_lookup",
    "record_probe",
    "record_receipt_fetched",
    "record_receipt_linked",
    "record_receipt_shown",
    "record_request_opened",
    "record_scan",
    "refuse_request",
    "renew_receipt",
    "repeat_erasure",
    "repeat_extension",
    "repeat_legal_hold",
    "repeat_release",
    "repeat_rule",
    "repeat_taking_back",
    "request_erasure",
    "resume_erasure",
    "review_request",
    "set_rule",
    "tell_of_due_requests",
    "withdraw",
]

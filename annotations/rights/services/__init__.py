"""Writes of this context, one use case per module."""

from annotations.rights.services.access_requests import (
    answer_request,
    compile_request,
    extend_request,
    forget_answers,
    open_request,
    record_answer_served,
    record_request_opened,
    refuse_request,
    review_request,
)
from annotations.rights.services.reading import (
    record_certificate_shown,
    record_erasure_prepared,
    record_lookup,
    record_receipt_linked,
    record_receipt_shown,
)
from annotations.rights.services.withdraw import withdraw

__all__ = [
    "answer_request",
    "compile_request",
    "extend_request",
    "forget_answers",
    "open_request",
    "record_answer_served",
    "record_certificate_shown",
    "record_erasure_prepared",
    "record_lookup",
    "record_receipt_linked",
    "record_receipt_shown",
    "record_request_opened",
    "refuse_request",
    "review_request",
    "withdraw",
]

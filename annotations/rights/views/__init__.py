"""Pages about the rights of owners, one per module."""

from annotations.rights.views.access_answers import access_answer, access_answer_archive, access_answer_file
from annotations.rights.views.access_requests import (
    access_request,
    access_requests,
    new_access_request,
    step_access_request,
)
from annotations.rights.views.consents import consents, link_receipt, renew_receipt, withdraw
from annotations.rights.views.erasure import erase, erasure
from annotations.rights.views.erasures import (
    continue_erasure,
    erasure_certificate,
    erasure_certificate_file,
    erasure_run,
    erasures,
    plan_erasure,
)
from annotations.rights.views.legal_holds import legal_hold, legal_holds, new_legal_hold, step_legal_hold
from annotations.rights.views.receipt import (
    erase_by_receipt,
    receipt,
    receipt_certificate,
    receipt_certificate_file,
    renew_by_receipt,
    withdraw_by_receipt,
)
from annotations.rights.views.retention import (
    decide_retention_rule,
    ending,
    retention_register,
    retention_rule,
)

__all__ = [
    "access_answer",
    "access_answer_archive",
    "access_answer_file",
    "access_request",
    "access_requests",
    "consents",
    "continue_erasure",
    "decide_retention_rule",
    "ending",
    "erase",
    "erase_by_receipt",
    "erasure",
    "erasure_certificate",
    "erasure_certificate_file",
    "erasure_run",
    "erasures",
    "legal_hold",
    "legal_holds",
    "link_receipt",
    "new_access_request",
    "new_legal_hold",
    "plan_erasure",
    "receipt",
    "receipt_certificate",
    "receipt_certificate_file",
    "renew_by_receipt",
    "renew_receipt",
    "retention_register",
    "retention_rule",
    "step_access_request",
    "step_legal_hold",
    "withdraw",
    "withdraw_by_receipt",
]

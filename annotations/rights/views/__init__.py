"""Pages about the rights of owners, one per module."""

from annotations.rights.views.access_requests import (
    access_answer,
    access_answer_file,
    access_request,
    access_requests,
    new_access_request,
    step_access_request,
)
from annotations.rights.views.consents import consents, link_receipt, withdraw
from annotations.rights.views.erasure import erase, erasure
from annotations.rights.views.erasures import (
    continue_erasure,
    erasure_certificate,
    erasure_certificate_file,
    erasure_run,
    erasures,
    plan_erasure,
)
from annotations.rights.views.receipt import (
    erase_by_receipt,
    receipt,
    receipt_certificate,
    receipt_certificate_file,
    withdraw_by_receipt,
)

__all__ = [
    "access_answer",
    "access_answer_file",
    "access_request",
    "access_requests",
    "consents",
    "continue_erasure",
    "erase",
    "erase_by_receipt",
    "erasure",
    "erasure_certificate",
    "erasure_certificate_file",
    "erasure_run",
    "erasures",
    "link_receipt",
    "new_access_request",
    "plan_erasure",
    "receipt",
    "receipt_certificate",
    "receipt_certificate_file",
    "step_access_request",
    "withdraw",
    "withdraw_by_receipt",
]
